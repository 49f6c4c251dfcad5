package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.lvs4j.internal.text.Distance;
import org.lvs4j.internal.text.UnitTime;

/**
 * The words behind {@code #lvs4j}, each {@code name} or {@code name=value}.
 *
 * @param <T> what the block describes
 */
final class OurWords<T> {
    /** Reads the value of a word, which is empty if there is none. */
    @FunctionalInterface
    interface Reader<T> {
        void read(Word value, T target, Context context) throws KeepalivedException;
    }

    private final Map<String, Reader<? super T>> readers = new LinkedHashMap<>();

    OurWords<T> word(String name, Reader<? super T> reader) {
        readers.put(name, reader);
        return this;
    }

    /** Reads the words of a statement. */
    void read(Statement statement, T target, Context context) throws KeepalivedException {
        statement.value("one of " + String.join(" ", readers.keySet()));
        for (Word word : statement.values()) {
            int equals = word.text().indexOf('=');
            String name = equals < 0 ? word.text() : word.text().substring(0, equals);
            Reader<? super T> reader = readers.get(name);
            if (reader == null) {
                String nearest = Distance.nearest(name, readers.keySet());
                context.problems()
                        .error(word.error(
                                "unknown word behind " + Statement.OURS + ":",
                                nearest == null
                                        ? "one of " + String.join(" ", readers.keySet())
                                        : "perhaps '" + nearest + "'"));
                continue;
            }
            Place place = word.place();
            try {
                if (equals == word.text().length() - 1) {
                    throw word.error("value missing behind", name + " alone, or " + word.text() + "VALUE");
                }
                reader.read(
                        new Word(
                                equals < 0 ? "" : word.text().substring(equals + 1),
                                new Place(place.source(), place.line(), place.column() + Math.max(0, equals + 1))),
                        target,
                        context);
            } catch (KeepalivedException e) {
                context.problems().error(e);
            }
        }
    }

    static int number(Word value, int least, int most, Context context) throws KeepalivedException {
        return (int) Values.number(value, least, most, context);
    }

    static Duration time(Word value, Duration least, Duration most) throws KeepalivedException {
        Duration time = UnitTime.parse(value.text());
        if (time == null || time.compareTo(least) < 0 || time.compareTo(most) > 0) {
            throw value.error(
                    "not a time:",
                    "a number with its unit such as 500ms, 60s, 5m or 1h, within " + Values.seconds(least) + ".."
                            + Values.seconds(most) + " s");
        }
        return time;
    }

    /** The rounds that a check needs to change its mind: words of services, servers and checks. */
    static <T extends Settings> OurWords<T> withRounds() {
        return new OurWords<T>()
                .word("rise", (value, it, context) -> it.rise = number(value, 1, Integer.MAX_VALUE, context))
                .word("fall", (value, it, context) -> it.fall = number(value, 1, Integer.MAX_VALUE, context));
    }
}
