package org.lvs4j.config.keepalived;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.lvs4j.health.TrackedFile;

/** What all blocks of a file share: options, problems, and the names that it defines. */
final class Context {
    /** A file with the factor that holds for checks without one of their own. */
    record Tracked(TrackedFile file, int weight, boolean reverse) {}

    private final KeepalivedOptions options;
    private final Problems problems;
    private final Map<String, Tracked> trackedFiles = new HashMap<>();
    private final Set<String> unreadableFiles = new TreeSet<>();
    private final Map<String, GroupDraft> groups = new LinkedHashMap<>();
    private final Set<String> bfdInstances = new TreeSet<>();
    private final GlobalDraft globals = new GlobalDraft();

    Context(KeepalivedOptions options, Problems problems) {
        this.options = options;
        this.problems = problems;
    }

    KeepalivedOptions options() {
        return options;
    }

    Problems problems() {
        return problems;
    }

    GlobalDraft globals() {
        return globals;
    }

    Map<String, Tracked> trackedFiles() {
        return trackedFiles;
    }

    /** The names of tracked files whose paths cannot be read. */
    Set<String> unreadableFiles() {
        return unreadableFiles;
    }

    Map<String, GroupDraft> groups() {
        return groups;
    }

    Set<String> bfdInstances() {
        return bfdInstances;
    }
}
