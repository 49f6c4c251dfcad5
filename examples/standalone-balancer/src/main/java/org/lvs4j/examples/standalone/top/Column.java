package org.lvs4j.examples.standalone.top;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** A column of the table, in the order of the screen. Each has a width of its own but the first and the last one. */
enum Column {
    NAME("service/server", 0, Comparator.comparingInt(row -> 0), Row::name),
    STATE(
            "state",
            8,
            Comparator.comparingInt(row -> row.state() == null ? 0 : row.state().ordinal()),
            row -> row.state() == null ? "" : row.state().label()),
    WEIGHT("weight", 6, Comparator.comparingLong(Row::weight), row -> Text.scaled(row.weight())),
    ACTIVE("active", 6, Comparator.comparingLong(Row::active), row -> Text.scaled(row.active())),
    INACTIVE("inact", 5, Comparator.comparingLong(Row::inactive), row -> Text.scaled(row.inactive())),
    SHARE("share", 5, Comparator.comparingDouble(Row::share), row -> row.share() < 0 ? "-" : percent(row.share())),
    CONNECTIONS(
            "conn/s",
            6,
            Comparator.comparingLong(row -> row.rates().connections()),
            row -> Text.scaled(row.rates().connections())),
    PACKETS(
            "pkt/s",
            5,
            Comparator.comparingLong(row -> row.rates().packets()),
            row -> Text.scaled(row.rates().packets())),
    IN(
            "in/s",
            5,
            Comparator.comparingLong(row -> row.rates().inBytes()),
            row -> Text.scaled(row.rates().inBytes())),
    OUT(
            "out/s",
            5,
            Comparator.comparingLong(row -> row.rates().outBytes()),
            row -> Text.scaled(row.rates().outBytes())),
    HEALTH("health", 0, Comparator.comparing(Row::health), Row::health);

    /** What a narrow screen shows first. */
    static final List<Column> BY_IMPORTANCE =
            List.of(STATE, ACTIVE, CONNECTIONS, WEIGHT, OUT, IN, INACTIVE, SHARE, PACKETS);

    /** What all of them take, each with a blank before it. */
    static final int WIDTH_OF_ALL =
            BY_IMPORTANCE.stream().mapToInt(each -> each.width + 1).sum();

    private final String title;
    private final int width;
    private final Comparator<Row> order;
    private final Function<Row, String> value;

    Column(String title, int width, Comparator<Row> order, Function<Row, String> value) {
        this.title = title;
        this.width = width;
        this.order = order;
        this.value = value;
    }

    String title() {
        return title;
    }

    int width() {
        return width;
    }

    Comparator<Row> order() {
        return order;
    }

    String value(Row row) {
        return value.apply(row);
    }

    /** Whether its values are numbers, of which the largest come first. */
    boolean isNumber() {
        return this != NAME && this != STATE && this != HEALTH;
    }

    /** The column beside this one, in a circle. */
    Column next(int step) {
        return values()[Math.floorMod(ordinal() + step, values().length)];
    }

    private static String percent(double share) {
        return Math.round(share * 100) + "%";
    }
}
