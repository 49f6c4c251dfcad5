package org.lvs4j.config.keepalived;

import java.util.List;
import java.util.stream.IntStream;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;

/** Reads texts for tests. */
final class Reading {
    private static final KeepalivedOptions OPTIONS = KeepalivedOptions.DEFAULT.withConfigurationId("main");

    private Reading() {}

    static KeepalivedConfiguration read(String text) {
        try {
            return KeepalivedFile.parse("a.conf", text, OPTIONS);
        } catch (KeepalivedException e) {
            throw new AssertionError(String.join("\n", messages(e)), e);
        }
    }

    static List<String> messages(KeepalivedException e) {
        return e.all().stream().map(Throwable::getMessage).toList();
    }

    /** The errors as {@code LINE:COLUMN token}. */
    static List<String> errors(String text) {
        try {
            KeepalivedFile.parse("a.conf", text, OPTIONS);
            return List.of();
        } catch (KeepalivedException e) {
            return e.all().stream()
                    .map(each -> (each.line() + ":" + each.column() + " " + each.token()).trim())
                    .toList();
        }
    }

    static List<String> warnings(String text) {
        return read(text).warnings().stream().map(Remark::toString).toList();
    }

    /** A service with one server; the lines are those of the service, from line 5 on. */
    static String service(String... lines) {
        return "virtual_server 192.0.2.1 80 {\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n" + joined(lines)
                + "    real_server 198.51.100.11 80 {\n    }\n}\n";
    }

    /** A service with one server; the lines are those of the server, from line 6 on. */
    static String server(String... lines) {
        return "virtual_server 192.0.2.1 80 {\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n"
                + "    real_server 198.51.100.11 80 {\n" + joined(lines) + "    }\n}\n";
    }

    /** A service with one server and one check; the lines are those of the check, from line 7 on. */
    static String check(String kind, String... lines) {
        return server(IntStream.range(-1, lines.length + 1)
                .mapToObj(i -> i < 0 ? kind + " {" : i == lines.length ? "}" : lines[i])
                .toArray(String[]::new));
    }

    private static String joined(String... lines) {
        return lines.length == 0 ? "" : String.join("\n", lines) + "\n";
    }

    static MonitoredService only(String text) {
        return read(text).health().services().get(0);
    }

    static MonitoredServer onlyServer(String text) {
        return only(text).servers().get(0);
    }
}
