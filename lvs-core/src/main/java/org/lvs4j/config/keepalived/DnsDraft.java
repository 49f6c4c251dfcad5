package org.lvs4j.config.keepalived;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.lvs4j.health.Check;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.DnsCheck.RecordType;

/** A {@code DNS_CHECK} as it is written. */
final class DnsDraft extends NetworkDraft {
    private static final int RETRIES = 3;

    private RecordType type = RecordType.SOA;
    private String name = ".";
    private boolean named;

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
        if (named) {
            throw word.error("name given twice:", "one name");
        }
        name = word.text();
        named = true;
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        return List.of(new DnsCheck(
                target(server, service, servicePort, true),
                schedule(RETRIES, null, server, service, context),
                type,
                name));
    }
}
