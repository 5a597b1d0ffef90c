package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;
import org.junit.jupiter.api.Test;

class WritersTest {
    private static final Page PAGE = new Page(
            "A & <B>",
            List.of(
                    new Heading("100% of $5_#"),
                    new Text("a \\ b | c_d ~ ^ {x} \"q\" *bold* <i> p <0.05 [l](u)"),
                    new Table(
                            "Values ± errors",
                            List.of(left("Name"), right("Score")),
                            List.of(List.of("my_model-1.0", "-0.5*"), List.of("[-1.0, +2.0]", "12.5 ± 3.0")),
                            List.of("Mean", "-"))));

    @Test
    void markdownIsAlignedAndEscaped() {
        assertThat(MarkdownWriter.write(PAGE)).isEqualTo("""
                        # A & \\<B>

                        ## 100% of $5\\_#

                        a \\\\ b \\| c_d ~ ^ {x} "q" \\*bold* \\<i> p <0.05 [l\\](u)

                        Values ± errors

                        | Name         |      Score |
                        | :----------- | ---------: |
                        | my_model-1.0 |      -0.5* |
                        | [-1.0, +2.0] | 12.5 ± 3.0 |
                        | Mean         |          - |
                        """);
    }

    @Test
    void latexIsEscaped() {
        assertThat(Latex.escape("100% of $5_# \\ ~ ^ {x} *bold* <i> -0.5 [-1.0, +2.0] my-1 1 ± 2 †"))
                .isEqualTo("100\\% of \\$5\\_\\# \\textbackslash{} \\textasciitilde{} \\textasciicircum{} \\{x\\}"
                        + " $^{*}$bold$^{*}$ $<$i$>$ $-$0.5 [$-$1.0, +2.0] my-1 1 $\\pm$ 2 $\\dagger$");
        assertThat(Latex.comment("two\nlines")).isEqualTo("% two lines\n");
    }

    @Test
    void htmlIsEscapedAndNeedsNothingElse() {
        Report report = new Report(
                "t",
                "paper",
                List.of("a"),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                ReportOptions.Pairs.ALL,
                List.of());
        String html = HtmlWriter.write(report, PAGE, SampleIndex.NONE, Supplements.NONE);
        assertThat(html)
                .contains("<title>A &amp; &lt;B&gt;</title>")
                .contains("{x} &quot;q&quot; *bold* &lt;i&gt;")
                .contains("<th scope=\"row\">my_model-1.0</th><td class=\"r\" data-label=\"Score\">-0.5*</td>")
                .doesNotContain("http:", "https:", "src=", "@import", "url(", "<script", "<link");
    }

    @Test
    void tablesAreRectangular() {
        assertThatThrownBy(() -> new Table("t", List.of(left("a")), List.of(List.of("1", "2")), List.of()))
                .hasMessage("A row of the table \"t\" has not 1 cells");
    }

    @Test
    void figuresHaveOneDecimalAndNoNegativeZero() {
        assertThat(Numbers.percent(.4375)).isEqualTo("43.8");
        assertThat(Numbers.percent(0)).isEqualTo("0.0");
        assertThat(Numbers.points(-.0004)).isEqualTo("0.0");
        assertThat(Numbers.points(.021)).isEqualTo("+2.1");
        assertThat(Numbers.points(-.021)).isEqualTo("-2.1");
        assertThat(Numbers.withError(.5, Double.NaN)).isEqualTo("50.0");
        assertThat(Numbers.error(Double.NaN)).isEqualTo("-");
        assertThat(Numbers.probability(.00099)).isEqualTo("<0.001");
        assertThat(Numbers.probability(.05)).isEqualTo("0.050");
        assertThat(Numbers.probability(.04996)).isEqualTo("0.04996");
        assertThat(Numbers.probability(.0496)).isEqualTo("0.0496");
        assertThat(Numbers.probability(.0494)).isEqualTo("0.049");
        assertThat(Numbers.probability(.0501)).isEqualTo("0.050");
        assertThat(Numbers.interval(-.0004, .021)).isEqualTo("[-0.04, +2.1]");
        assertThat(Numbers.interval(0, 0)).isEqualTo("[0.0, 0.0]");
    }
}
