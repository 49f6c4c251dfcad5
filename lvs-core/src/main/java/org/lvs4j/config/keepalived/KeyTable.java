package org.lvs4j.config.keepalived;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lvs4j.internal.text.Distance;

/**
 * The keys of a kind of block, and how the values of each are read.
 *
 * @param <T> what the block describes
 */
final class KeyTable<T> {
    /** Reads the values of a key. */
    @FunctionalInterface
    interface Reader<T> {
        void read(Statement statement, T target, Context context) throws KeepalivedException;
    }

    /** The number of values of a key that reads all of them. */
    private static final int ANY = Integer.MAX_VALUE;

    /** Whether a key has a block. */
    private enum Braces {
        NONE,
        NEEDED,
        FREE
    }

    private record Entry<T>(int values, Braces braces, Reader<? super T> reader) {}

    private final String name;
    private final Map<String, Entry<T>> entries;

    private KeyTable(Builder<T> builder) {
        name = builder.name;
        entries = builder.entries;
    }

    static <T> Builder<T> of(String name) {
        return new Builder<>(name);
    }

    /** Lists the keys of a block. */
    static final class Builder<T> {
        private final String name;
        private final Map<String, Entry<T>> entries = new LinkedHashMap<>();

        private Builder(String name) {
            this.name = name;
        }

        /** A key with at most so many values; further words are ignored with a warning. */
        Builder<T> key(String key, int values, Reader<? super T> reader) {
            entries.put(key, new Entry<>(values, Braces.NONE, reader));
            return this;
        }

        /** A key with any number of values. */
        Builder<T> key(String key, Reader<? super T> reader) {
            return key(key, ANY, reader);
        }

        /** A key with a block. */
        Builder<T> block(String key, int values, Reader<? super T> reader) {
            entries.put(key, new Entry<>(values, Braces.NEEDED, reader));
            return this;
        }

        /** A key with any number of values, and with a block or without one. */
        Builder<T> free(String key, Reader<? super T> reader) {
            entries.put(key, new Entry<>(ANY, Braces.FREE, reader));
            return this;
        }

        /** Keys that change nothing here, with any values and perhaps a block. */
        Builder<T> withoutEffect(String... keys) {
            for (String key : keys) {
                free(key, (statement, target, context) -> context.problems().withoutEffect(statement.key()));
            }
            return this;
        }

        /** All keys of another table. */
        Builder<T> all(KeyTable<? super T> other) {
            addAll(other);
            return this;
        }

        private <S> void addAll(KeyTable<S> other) {
            for (Map.Entry<String, Entry<S>> each : other.entries.entrySet()) {
                @SuppressWarnings("unchecked") // T is an S: all() demands it.
                Reader<? super T> reader = (Reader<? super T>) each.getValue().reader();
                entries.put(
                        each.getKey(),
                        new Entry<>(each.getValue().values(), each.getValue().braces(), reader));
            }
        }

        KeyTable<T> build() {
            return new KeyTable<>(this);
        }
    }

    /** Whether a key is in this table. */
    boolean contains(String key) {
        return entries.containsKey(key);
    }

    /** Reads every statement of a block. */
    void read(Statement.Block block, T target, Context context) {
        for (Statement statement : block.statements()) {
            read(statement, target, context);
        }
    }

    /** Reads a statement; an error in it is reported. */
    void read(Statement statement, T target, Context context) {
        Entry<T> entry = entries.get(statement.key().text());
        boolean known = entry != null && entry.braces() != Braces.NONE;
        if (target instanceof Settings settings && (statement.broken() || entry == null)) {
            settings.unreadable |= statement.broken();
            settings.lostBlock |= statement.block() != null;
        }
        // The error of a broken statement has been reported. Its block is read all the same, for its own errors.
        if (statement.broken() && (!known || statement.block() == null)) {
            return;
        }
        try {
            if (entry == null) {
                throw unknown(statement, context.problems());
            }
            readKnown(entry, statement, target, context);
        } catch (KeepalivedException e) {
            context.problems().error(e);
        }
    }

    private void readKnown(Entry<T> entry, Statement statement, T target, Context context) throws KeepalivedException {
        Statement.Block block = statement.block();
        if (entry.braces() == Braces.NEEDED && block == null) {
            throw statement.key().error("block missing behind", "'{'");
        }
        if (entry.braces() == Braces.NONE && block != null) {
            throw unexpected(entry, statement, block);
        }
        if (statement.size() > entry.values()) {
            Word ignored = statement.value(entry.values());
            context.problems()
                    .warning(
                            ignored.place(),
                            "words behind the " + (entry.values() == 0 ? "key" : "value of") + " '"
                                    + statement.key().text() + "' are ignored, beginning with '"
                                    + KeepalivedException.shown(ignored.text()) + "'");
        }
        entry.reader().read(statement, target, context);
    }

    private KeepalivedException unexpected(Entry<T> entry, Statement statement, Statement.Block block) {
        Word key = statement.key();
        if (statement.size() == 0 && entry.values() > 0) {
            return key.error("the value is missing behind", "a value instead of a block");
        }
        if (block.opened().line() != key.place().line()) {
            return block.opened().error("{", "no block belongs to '" + key.text() + "':", "no '{' here");
        }
        return key.error("no block belongs to", "a key with a block, or no '{' here");
    }

    private KeepalivedException unknown(Statement statement, Problems problems) {
        String where = name.equals(BlockKeys.FILE) ? "at the top of the file" : "in " + name;
        return statement
                .key()
                .error(
                        (statement.block() == null ? "unknown key " : "unknown block ") + where + ":",
                        problems.full()
                                ? "another one"
                                : insteadOf(statement.key().text()));
    }

    private String insteadOf(String key) {
        String nearest = Distance.nearest(key, entries.keySet());
        List<String> sameLetters =
                entries.keySet().stream().filter(key::equalsIgnoreCase).toList();
        if (!sameLetters.isEmpty()) {
            nearest = sameLetters.get(0);
        }
        String home =
                BlockKeys.CHECKS.contains(key) ? "real_server" : BlockKeys.onlyInFile(key) ? "the file itself" : null;
        if (home != null && !contains(key)) {
            return "it in " + home;
        }
        return nearest != null ? "perhaps '" + nearest + "'" : "one of " + String.join(" ", entries.keySet());
    }
}
