package mhc.eval.lmeval;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.eval.Extracted;
import mhc.eval.score.PythonText;

/**
 * lm-eval's {@code regex} filter: one of all matches, and of its groups the first that is not empty.
 *
 * @param pattern compiled with {@link #compile}
 * @param last whether the last match is taken instead of the first ({@code group_select: -1})
 */
record RegexFilter(Pattern pattern, boolean last) {
    /** What an answer without a match becomes. */
    static final String INVALID = Extracted.INVALID;

    /** With Python's meaning of the dot and of {@code $}: the line feed alone ends a line. */
    static Pattern compile(String regex) {
        return Pattern.compile(regex, Pattern.UNIX_LINES);
    }

    static RegexFilter first(String regex) {
        return new RegexFilter(compile(regex), false);
    }

    static RegexFilter last(String regex) {
        return new RegexFilter(compile(regex), true);
    }

    String apply(String text) {
        Matcher matcher = pattern.matcher(text);
        List<String> groups = null;
        while ((groups == null || last) && matcher.find()) {
            groups = groups(matcher);
        }
        if (groups == null) {
            return INVALID;
        }
        if (groups.size() == 1) {
            return PythonText.strip(groups.get(0));
        }
        return groups.stream()
                .filter(group -> !group.isEmpty())
                .findFirst()
                .map(PythonText::strip)
                .orElse(INVALID);
    }

    /** The element that {@code re.findall} makes of a match: the whole of it, its one group, or all its groups. */
    private static List<String> groups(Matcher matcher) {
        if (matcher.groupCount() == 0) {
            return List.of(matcher.group());
        }
        List<String> groups = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            groups.add(matcher.group(i) == null ? "" : matcher.group(i));
        }
        return groups;
    }
}
