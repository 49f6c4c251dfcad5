package org.lvs4j.examples.webcluster.measure;

import java.util.List;
import java.util.Locale;

/** The throughput by the number of servers, as a picture. */
final class ScalingChart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int RIGHT = 20;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final double BAR = 0.56;
    private static final int LINES = 4;

    private ScalingChart() {}

    /** What was measured with a number of servers. */
    record Point(int servers, double pagesPerSecond) {}

    /**
     * Draws bars for what was measured, and a line for what the servers could do together.
     *
     * @param rate the limit of one server, in pages a second
     */
    static String svg(List<Point> points, int rate) {
        double most = points.stream()
                .mapToDouble(point -> Math.max(point.pagesPerSecond, (double) point.servers * rate))
                .max()
                .orElse(rate);
        double step = (double) (WIDTH - LEFT - RIGHT) / points.size();
        StringBuilder svg = new StringBuilder();
        line(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#7d8590\">",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT);
        line(svg, "<title>Pages a second by the number of web servers</title>");
        line(svg, "<text x=\"%d\" y=\"20\" font-size=\"14\">Pages a second by the number of web servers</text>", LEFT);
        line(
                svg,
                "<text x=\"%d\" y=\"37\">Each server answers at most %d; the line is what they could do.</text>",
                LEFT,
                rate);
        for (int i = 0; i <= LINES; i++) {
            double value = most * i / LINES;
            line(
                    svg,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#7d8590\" stroke-opacity=\"0.25\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>",
                    LEFT,
                    WIDTH - RIGHT,
                    y(value, most),
                    y(value, most),
                    LEFT - 8,
                    y(value, most) + 4,
                    value);
        }
        StringBuilder ideal = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            double middle = LEFT + step * (i + 0.5);
            double top = y(point.pagesPerSecond, most);
            line(
                    svg,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#6e7bd9\"/>",
                    middle - step * BAR / 2,
                    top,
                    step * BAR,
                    HEIGHT - BOTTOM - top);
            line(
                    svg,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#ffffff\">%.0f</text>",
                    middle,
                    top + 16,
                    point.pagesPerSecond);
            line(
                    svg,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d server%s</text>",
                    middle,
                    HEIGHT - BOTTOM + 18,
                    point.servers,
                    point.servers == 1 ? "" : "s");
            ideal.append(String.format(Locale.ROOT, "%.1f,%.1f ", middle, y((double) point.servers * rate, most)));
        }
        line(
                svg,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"#d9822b\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/>",
                ideal.toString().strip());
        line(
                svg,
                "<text x=\"%d\" y=\"%d\" font-size=\"11\">examples/web-cluster/run scaling --rate %d</text>",
                LEFT,
                HEIGHT - 12,
                rate);
        return svg.append("</svg>\n").toString();
    }

    private static double y(double value, double most) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / most;
    }

    private static void line(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
