package org.lvs4j.config;

import org.jspecify.annotations.Nullable;
import org.lvs4j.service.SchedulerFlag;

/** The names of scheduler flags. For {@code sh} and {@code mh} the first two have special names. */
final class SchedulerFlags {
    static final String NAMES = "one of sh-fallback sh-port mh-fallback mh-port flag-1 flag-2 flag-3";

    private SchedulerFlags() {}

    /** The flag of a name, or null. */
    static @Nullable SchedulerFlag parse(String name) {
        return switch (name) {
            case "flag-1", "sh-fallback", "mh-fallback" -> SchedulerFlag.FLAG_1;
            case "flag-2", "sh-port", "mh-port" -> SchedulerFlag.FLAG_2;
            case "flag-3" -> SchedulerFlag.FLAG_3;
            default -> null;
        };
    }

    /** The only scheduler that a name is valid for, or null if it is valid for all. */
    static @Nullable String owner(String name) {
        return name.startsWith("flag-") ? null : name.substring(0, name.indexOf('-'));
    }

    /** Whether a scheduler has names of its own for the first two flags. */
    static boolean areNamed(String scheduler) {
        return scheduler.equals("sh") || scheduler.equals("mh");
    }

    /** The names of a service's flags, separated by commas. */
    static String print(String scheduler, Iterable<SchedulerFlag> flags) {
        boolean named = areNamed(scheduler);
        StringBuilder text = new StringBuilder();
        for (SchedulerFlag flag : flags) {
            text.append(text.length() == 0 ? "" : ",");
            text.append(named ? named(scheduler, flag) : plain(flag));
        }
        return text.toString();
    }

    private static String named(String scheduler, SchedulerFlag flag) {
        return switch (flag) {
            case FLAG_1 -> scheduler + "-fallback";
            case FLAG_2 -> scheduler + "-port";
            case FLAG_3 -> plain(flag);
        };
    }

    private static String plain(SchedulerFlag flag) {
        return switch (flag) {
            case FLAG_1 -> "flag-1";
            case FLAG_2 -> "flag-2";
            case FLAG_3 -> "flag-3";
        };
    }
}
