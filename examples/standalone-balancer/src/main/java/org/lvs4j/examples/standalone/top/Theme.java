package org.lvs4j.examples.standalone.top;

import java.util.List;
import org.jline.utils.AttributedStyle;

/**
 * How things look. No colour says anything that no word or character says.
 *
 * @param colour whether there are colours, and not only bold and inverse text
 * @param unicode whether the terminal shows characters beyond ASCII
 */
record Theme(boolean colour, boolean unicode) {
    private static final String BLOCKS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
    private static final String ASCII = " .:-=+*#@";

    static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
    static final AttributedStyle TITLES = AttributedStyle.DEFAULT.underline();

    AttributedStyle of(Row row) {
        return row.isService() ? AttributedStyle.BOLD : PLAIN;
    }

    AttributedStyle of(ServerState state) {
        return switch (state) {
            case DOWN -> coloured(AttributedStyle.RED).bold();
            case DRAINING, DRAINED, QUIESCED -> coloured(AttributedStyle.YELLOW);
            case FULL -> coloured(AttributedStyle.MAGENTA);
            case UP -> coloured(AttributedStyle.GREEN);
        };
    }

    AttributedStyle problem() {
        return coloured(AttributedStyle.RED).bold().inverse();
    }

    AttributedStyle graph() {
        return coloured(AttributedStyle.CYAN);
    }

    private AttributedStyle coloured(int number) {
        return colour ? PLAIN.foreground(number) : PLAIN;
    }

    String fold(boolean folded) {
        return unicode ? folded ? "\u25b8 " : "\u25be " : folded ? "+ " : "- ";
    }

    String order(boolean descending) {
        return unicode ? descending ? "\u25bc" : "\u25b2" : descending ? "v" : "^";
    }

    /** A graph of numbers, one character each, of which the largest is as high as a line. */
    String graph(List<Double> values) {
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        String levels = unicode ? BLOCKS : ASCII;
        StringBuilder graph = new StringBuilder();
        for (double value : values) {
            int level = value <= 0 ? 0 : (int) Math.ceil(value / most * (levels.length() - 1));
            graph.append(levels.charAt(level));
        }
        return graph.toString();
    }
}
