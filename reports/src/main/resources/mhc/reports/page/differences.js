/* Words of two texts, each with whether the other lacks it there: by the longest common subsequence. Null where they are long. */

const MOST_WORDS = 1500;

function differing(one, other) {
  const a = one.match(/\s+|\w+|[^\s\w]/gu) ?? [], b = other.match(/\s+|\w+|[^\s\w]/gu) ?? [];
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) {
    return null;
  }
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const onlyA = a.map(() => true), onlyB = b.map(() => true);
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      onlyA[i++] = onlyB[j++] = false;
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return [a.map((word, i) => [word, onlyA[i]]), b.map((word, i) => [word, onlyB[i]])];
}
