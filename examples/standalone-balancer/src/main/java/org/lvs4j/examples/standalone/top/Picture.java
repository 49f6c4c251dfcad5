package org.lvs4j.examples.standalone.top;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/** Draws a view as lines. Only rows on the screen are drawn. Stateless. */
final class Picture {
    private static final int CURSOR_WIDTH = 1;
    private static final int INDENT = 2;
    private static final int LEAST_NAME = 14;
    private static final int LEAST_HEALTH = 8;

    private Picture() {}

    /** As many lines as the screen has, none longer than its layout allows. */
    static List<AttributedString> draw(View view, Theme theme) {
        Layout layout = view.layout();
        List<AttributedString> lines = new ArrayList<>(Header.draw(view, layout.header(), layout.columns(), theme));
        if (view.prompt() instanceof Prompt.Help) {
            Help.LINES.forEach(line -> lines.add(new AttributedString(clip(line, layout.columns()))));
        } else {
            Columns columns = Columns.of(view, layout.columns());
            if (layout.titles() == 1) {
                lines.add(titles(view, columns, theme));
            }
            List<Row> rows = view.table().rows();
            for (int i = view.top(); i < Math.min(rows.size(), view.top() + layout.body()); i++) {
                lines.add(row(view, rows.get(i), i == view.cursor(), columns, theme));
            }
            if (rows.isEmpty() && layout.body() > 0) {
                lines.add(new AttributedString(clip(nothing(view), layout.columns())));
            }
        }
        int last = layout.rows() - 1;
        while (lines.size() < last) {
            lines.add(AttributedString.EMPTY);
        }
        List<AttributedString> screen = new ArrayList<>(lines.subList(0, Math.max(0, last)));
        if (layout.detail() == 1) {
            screen.set(last - 1, new AttributedString(clip(detail(view), layout.columns())));
        }
        screen.add(footer(view, theme));
        return screen;
    }

    /** The whole table as plain text, without what only a terminal can do. */
    static List<String> plain(View view, int columns, Theme theme) {
        Columns shown = Columns.of(view, columns);
        List<AttributedString> lines =
                new ArrayList<>(Header.draw(view, 4, columns, theme).subList(0, 3));
        lines.add(titles(view, shown, theme));
        view.table().rows().forEach(row -> lines.add(row(view, row, false, shown, theme)));
        return lines.stream().map(each -> each.toString().stripTrailing()).toList();
    }

    /**
     * The columns that fit.
     *
     * @param width of all together
     * @param name the width of the first column
     * @param shown the others, in the order of the screen, without the last one
     * @param health the width of the last column, or 0
     */
    record Columns(int width, int name, List<Column> shown, int health) {
        static Columns of(View view, int width) {
            int longest = Math.max(view.table().nameWidth(), Column.NAME.title().length() + 1);
            int wanted = CURSOR_WIDTH + INDENT + longest;
            int name = Math.max(CURSOR_WIDTH + INDENT + LEAST_NAME, Math.min(wanted, width - Column.WIDTH_OF_ALL));
            int left = width - name;
            // The sorted column is the second one that has to be there.
            List<Column> wantedColumns = new ArrayList<>(Column.BY_IMPORTANCE);
            if (wantedColumns.remove(view.selection().sort())) {
                wantedColumns.add(1, view.selection().sort());
            }
            List<Column> fitting = new ArrayList<>();
            for (Column each : wantedColumns) {
                if (each.width() + 1 > left) {
                    break;
                }
                left -= each.width() + 1;
                fitting.add(each);
            }
            int more = Math.max(0, Math.min(left, wanted - name));
            List<Column> shown = new ArrayList<>(List.of(Column.values()));
            shown.retainAll(fitting);
            return new Columns(width, name + more, shown, left - more - 1 >= LEAST_HEALTH ? left - more - 1 : 0);
        }
    }

    private static String nothing(View view) {
        return view.snapshot() == null
                ? ""
                : view.selection().filter().isEmpty()
                        ? "  no services"
                        : "  nothing contains '" + view.selection().filter() + "'";
    }

    private static AttributedString titles(View view, Columns columns, Theme theme) {
        StringBuilder line = new StringBuilder(" ".repeat(CURSOR_WIDTH + INDENT));
        line.append(Text.left(title(view, Column.NAME, theme), columns.name() - CURSOR_WIDTH - INDENT));
        for (Column each : columns.shown()) {
            String title = title(view, each, theme);
            line.append(' ').append(each.isNumber() ? Text.right(title, each.width()) : Text.left(title, each.width()));
        }
        if (columns.health() > 0) {
            line.append(' ').append(Text.left(title(view, Column.HEALTH, theme), columns.health()));
        }
        return new AttributedString(clip(line.toString(), columns.width()), Theme.TITLES);
    }

    /** A title; that of the sorted column ends with the direction. */
    private static String title(View view, Column column, Theme theme) {
        if (view.selection().sort() != column) {
            return column.title();
        }
        String mark = theme.order(column.isNumber() != view.selection().reversed());
        int room = column.width() == 0 ? column.title().length() : column.width() - 1;
        return clip(column.title(), room) + mark;
    }

    private static AttributedString row(View view, Row row, boolean current, Columns columns, Theme theme) {
        AttributedStyle style = theme.of(row);
        AttributedStringBuilder line = new AttributedStringBuilder();
        String mark = row.isService() ? theme.fold(view.isFolded(row)) : " ".repeat(INDENT);
        line.append((current ? ">" : " ") + mark, style);
        int width = columns.name() - CURSOR_WIDTH - INDENT;
        String name = row.isService() && row.name().length() > width ? row.serviceLabel() : row.name();
        line.append(Text.left(Text.middle(name, width), width), style);
        for (Column each : columns.shown()) {
            String value = each.value(row);
            line.append(" ", style)
                    .append(
                            each.isNumber() ? Text.right(value, each.width()) : Text.left(value, each.width()),
                            each == Column.STATE && row.state() != null ? theme.of(row.state()) : style);
        }
        if (columns.health() > 0) {
            line.append(" " + Text.left(row.health(), columns.health()), style);
        }
        AttributedString whole = line.columnSubSequence(0, columns.width());
        return current ? new AttributedString(whole.toString(), style.inverse()) : whole;
    }

    /** The result of the last key, else everything about the row under the cursor that may not fit into it. */
    private static String detail(View view) {
        Row row = view.current();
        if (!view.message().isEmpty()) {
            return Text.printable(view.message());
        } else if (row == null) {
            return "";
        }
        ServerState state = row.state();
        return state == null
                ? row.name() + ": " + row.health()
                : row.name() + " in " + row.serviceLabel() + ": " + state.label()
                        + (row.health().equals("not checked") ? "" : ", " + row.health());
    }

    private static AttributedString footer(View view, Theme theme) {
        int width = view.layout().columns();
        String question = question(view.prompt(), view.selection().filter());
        if (question != null) {
            return new AttributedString(clip(question, width), AttributedStyle.BOLD);
        }
        String filter = view.selection().filter();
        return new AttributedString(Text.parts(
                width,
                "q quit",
                "? help",
                "< > sort: " + view.selection().sort().title(),
                filter.isEmpty() ? "/ filter" : "/ filter: " + filter,
                "d drain",
                "u undrain",
                "w weight",
                "space fold",
                "r reverse"));
    }

    private static @Nullable String question(@Nullable Prompt prompt, String filter) {
        if (prompt instanceof Prompt.Filter) {
            return "filter: " + filter + "_  (Enter keeps it, Esc takes it back)";
        } else if (prompt instanceof Prompt.Weight weight) {
            return "weight of " + weight.row().name() + ", now "
                    + weight.server().weight() + ": " + weight.digits() + "_  (Enter, Esc)";
        } else if (prompt instanceof Prompt.Confirm confirm) {
            return "y/n: " + confirm.action().label() + "?";
        }
        return prompt instanceof Prompt.Help ? "any key returns" : null;
    }

    private static String clip(String line, int width) {
        return line.length() <= width ? line : line.substring(0, width);
    }
}
