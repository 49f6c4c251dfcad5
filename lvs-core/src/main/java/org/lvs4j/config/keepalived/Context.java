package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.lvs4j.health.Script;
import org.lvs4j.health.TrackedFile;

/** What all blocks of a file share: options, problems, and the names that it defines. */
final class Context {
    /** A file with the factor that holds for checks without one of their own. */
    record Tracked(TrackedFile file, int weight, boolean reverse) {}

    /** A program and its place. */
    record PlacedScript(Word at, Script script) {}

    /** The most services, and the most addresses that ranges and prefixes of groups stand for. */
    private static final int MAX_SERVICES = 1_000_000;

    private final KeepalivedOptions options;
    private final Problems problems;
    private final Map<String, Tracked> trackedFiles = new HashMap<>();
    private final Set<String> unreadableFiles = new TreeSet<>();
    private final Map<String, GroupDraft> groups = new LinkedHashMap<>();
    private final Set<String> bfdInstances = new TreeSet<>();
    private final GlobalDraft globals = new GlobalDraft();
    private final List<PlacedScript> scripts = new ArrayList<>();
    private int groupAddresses;
    private int services;

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

    /** Ends the reading if the groups of the file have too many addresses with so many more. */
    void requireAddresses(Word at, int more) {
        groupAddresses += more;
        if (groupAddresses > MAX_SERVICES) {
            throw problems.fatal(at.error("too many addresses in all groups:", "at most " + MAX_SERVICES));
        }
    }

    /** Ends the reading if the file has too many services with so many more. */
    void requireServices(Word at, int more) {
        services += more;
        if (services > MAX_SERVICES) {
            throw problems.fatal(
                    at.error("too many services, one for each address of its group, in", "at most " + MAX_SERVICES));
        }
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

    /** Remembers a program that the file has run. */
    void runs(Word at, Script script) {
        scripts.add(new PlacedScript(at, script));
    }

    /** Reports the programs that are not secure, if the file asks for that. */
    void requireSecureScripts() {
        if (!globals.scriptSecurity()) {
            return;
        }
        for (PlacedScript each : scripts) {
            String reason = options.scripts().insecure(each.script());
            if (reason != null) {
                problems.error(each.at()
                        .error(
                                "program that is not secure (" + reason + "):",
                                "one that only root can replace, or another user"));
            }
        }
    }
}
