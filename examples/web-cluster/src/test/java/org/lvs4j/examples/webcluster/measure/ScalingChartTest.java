package org.lvs4j.examples.webcluster.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ScalingChartTest {
    private static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    @Test
    void svg_points_barForEachWithHeightByItsThroughput() throws Exception {
        Element svg =
                parse(ScalingChart.svg(List.of(new ScalingChart.Point(1, 50), new ScalingChart.Point(2, 100)), 50));

        NodeList bars = svg.getElementsByTagName("rect");
        assertThat(bars.getLength()).isEqualTo(2);
        double first = Double.parseDouble(((Element) bars.item(0)).getAttribute("height"));
        double second = Double.parseDouble(((Element) bars.item(1)).getAttribute("height"));
        assertThat(first).isPositive();
        assertThat(second).isBetween(1.99 * first, 2.01 * first);
        assertThat(svg.getTextContent())
                .contains("1 server", "2 servers", "--rate 50")
                .doesNotContain("1 servers");
    }

    @Test
    void svg_localeWithCommas_numbersHavePoints() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            Element svg = parse(ScalingChart.svg(List.of(new ScalingChart.Point(1, 33.3)), 50));
            assertThat(((Element) svg.getElementsByTagName("rect").item(0)).getAttribute("y"))
                    .matches("[0-9]+\\.[0-9]");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void svg_nothingAnswered_barWithoutHeight() throws Exception {
        Element svg = parse(ScalingChart.svg(List.of(new ScalingChart.Point(1, 0)), 50));
        assertThat(((Element) svg.getElementsByTagName("rect").item(0)).getAttribute("height"))
                .isEqualTo("0.0");
    }
}
