/*
 * Data come as gzip in base64: the index in the page, chunks of examples in the page or in scripts beside it, which are
 * loaded when they are looked at. (A page opened from a disk may run scripts beside it, but not read other files.)
 */

const KEPT_CHUNKS = 400;
const waiting = new Map();
const chunks = new Map();

/* Chunk files call this. */
window.mhcChunk = (name, data) => {
  waiting.get(name)?.(data);
  waiting.delete(name);
};

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

async function unpacked(text) {
  if (!("DecompressionStream" in window)) {
    throw new Error("This browser cannot unpack the samples: open the page in one released since May 2023");
  }
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function fetched(folder, name) {
  const here = document.querySelector(`script[data-chunk="${CSS.escape(name)}"]`);
  if (here) {
    return Promise.resolve(here.textContent);
  }
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement("script");
    script.src = `${folder}/${name}.js`;
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${folder}/${name}.js cannot be read: keep the folder ${folder} beside this page`));
    };
    document.head.append(script);
  });
}

/* The latest are kept. */
function chunk(folder, name) {
  let found = chunks.get(name);
  chunks.delete(name);
  found ??= fetched(folder, name).then(unpacked);
  chunks.set(name, found);
  if (chunks.size > KEPT_CHUNKS) {
    chunks.delete(chunks.keys().next().value);
  }
  found.catch(() => chunks.delete(name));
  return found;
}
