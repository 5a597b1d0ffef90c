package mhc.reports;

/** Plain text as LaTeX. */
final class Latex {
    private Latex() {}

    static String comment(String text) {
        return "% " + text.replaceAll("\\R", " ") + "\n";
    }

    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').append(c);
                case '\\' -> out.append("\\textbackslash{}");
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '<', '>' -> out.append('$').append(c).append('$');
                case '±' -> out.append("$\\pm$");
                case '†' -> out.append("$\\dagger$");
                case '*' -> out.append("$^{*}$");
                case '-' -> out.append(isSign(text, i) ? "$-$" : "-");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** Whether the hyphen at {@code i} is a minus: before a digit and not inside a word. */
    private static boolean isSign(String text, int i) {
        boolean opens = i == 0 || text.charAt(i - 1) == ' ' || text.charAt(i - 1) == '[';
        return opens && i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
    }
}
