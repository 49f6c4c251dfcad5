package org.lvs4j.config.keepalived;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.DnsCheck.RecordType;
import org.lvs4j.health.ProbeTarget;

/** A {@code DNS_CHECK} as it is written. */
final class DnsDraft extends NetworkDraft {
    private static final int RETRIES = 3;

    private RecordType type = RecordType.SOA;
    private String name = ".";
    private @Nullable Word nameGiven;

    DnsDraft(ServerDraft server) {
        super(server);
    }

    static KeyTable<DnsDraft> keys(String name) {
        return KeyTable.<DnsDraft>of(name)
                .key("type", 1, (statement, it, context) -> it.type(statement))
                .key("name", 1, (statement, it, context) -> it.name(statement))
                .all(CONNECTION)
                .all(SCHEDULE)
                .build();
    }

    private void type(Statement statement) throws KeepalivedException {
        String expected =
                "one of " + Arrays.stream(RecordType.values()).map(Enum::name).collect(Collectors.joining(" "));
        Word word = statement.value(expected);
        try {
            type = RecordType.valueOf(word.text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw word.error("unknown type of record", expected);
        }
    }

    private void name(Statement statement) throws KeepalivedException {
        Word word = statement.value("a domain name");
        if (nameGiven != null) {
            throw word.error("name given twice:", "one name");
        }
        name = word.text();
        nameGiven = word;
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        ProbeTarget target = target(server, service, servicePort, true);
        CheckSchedule schedule = schedule(RETRIES, null, server, service, context);
        try {
            return List.of(new DnsCheck(target, schedule, type, name));
        } catch (IllegalArgumentException e) {
            throw (nameGiven == null ? key() : nameGiven)
                    .error("not a domain name:", "labels of 1..63 bytes, 253 bytes in all");
        }
    }
}
