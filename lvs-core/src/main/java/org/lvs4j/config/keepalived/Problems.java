package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is found in a file besides its values: errors, warnings, skipped blocks, and keys without an effect. */
final class Problems {
    /** The largest number of errors, with those that a repeated line has again. */
    private static final int MAX_REPORTED = 10_000;

    private final boolean tolerant;
    private int reported;
    private final Map<String, Integer> sources = new LinkedHashMap<>();
    private final Map<String, KeepalivedException> errors = new LinkedHashMap<>();
    private final Set<Remark> warnings = new LinkedHashSet<>();
    private final List<Remark> skipped = new ArrayList<>();
    private final Map<String, Remark> withoutEffect = new LinkedHashMap<>();

    /** Ends the reading of a file that has too many errors, or an error behind which nothing can be read. */
    static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stop() {
            super(null, null, false, false);
        }
    }

    /**
     * A collection.
     *
     * @param tolerant whether errors become warnings
     */
    Problems(boolean tolerant) {
        this.tolerant = tolerant;
    }

    boolean tolerant() {
        return tolerant;
    }

    /** Remembers the order in which files are read, which is that of their errors. */
    void source(String name) {
        sources.putIfAbsent(name, sources.size());
    }

    /**
     * Whether no further error is kept: there are enough, or too many that are the same. What an error says beside its
     * place need not be found out then.
     */
    boolean full() {
        return reported >= MAX_REPORTED || tolerant && warnings.size() >= KeepalivedFile.MAX_ERRORS;
    }

    void error(KeepalivedException error) {
        if (tolerant) {
            if (!full()) {
                reported++;
                String message = String.valueOf(error.getMessage());
                String prefix = error.source() + ":" + error.line() + ":" + error.column() + ": ";
                warnings.add(
                        new Remark(error.source(), error.line(), error.column(), message.substring(prefix.length())));
            }
            return;
        }
        // A line that is repeated with other values has the same error each time.
        String without =
                String.valueOf(error.getMessage()).replace("'" + KeepalivedException.shown(error.token()) + "'", "''");
        errors.putIfAbsent(without, error);
        if (errors.size() >= KeepalivedFile.MAX_ERRORS || ++reported >= MAX_REPORTED) {
            throw new Stop();
        }
    }

    /** An error behind which nothing can be read. */
    Stop fatal(KeepalivedException error) {
        error(error);
        return new Stop();
    }

    void warning(Place place, String text) {
        if (warnings.size() < KeepalivedFile.MAX_ERRORS) {
            warnings.add(Remark.at(place, text));
        }
    }

    void skipped(Place place, String text) {
        if (skipped.size() < KeepalivedFile.MAX_ERRORS) {
            skipped.add(Remark.at(place, text));
        }
    }

    /** A key that is right and changes nothing here; only its first place is kept. */
    void withoutEffect(Word key) {
        withoutEffect.putIfAbsent(key.text(), Remark.at(key.place(), key.text() + " has no effect on balancing"));
    }

    List<KeepalivedException> errors() {
        List<KeepalivedException> sorted = new ArrayList<>(errors.values());
        sorted.sort(Comparator.comparingInt((KeepalivedException e) -> sources.getOrDefault(e.source(), 0))
                .thenComparingInt(KeepalivedException::line)
                .thenComparingInt(KeepalivedException::column));
        return sorted;
    }

    List<Remark> warnings() {
        List<Remark> sorted = new ArrayList<>(warnings);
        sorted.sort(Comparator.comparingInt((Remark e) -> sources.getOrDefault(e.source(), 0))
                .thenComparingInt(Remark::line)
                .thenComparingInt(Remark::column));
        return sorted;
    }

    List<Remark> skipped() {
        return skipped;
    }

    List<Remark> withoutEffect() {
        return List.copyOf(withoutEffect.values());
    }
}
