package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.UdpCheck;

/** A {@code UDP_CHECK} as it is written. */
final class UdpDraft extends NetworkDraft {
    private static final int MAX_LENGTH = 65_535;

    private @Nullable String payload;
    private @Nullable String reply;
    private int minLength;
    private int maxLength = UdpCheck.DEFAULT_MAX_REPLY_LENGTH;

    UdpDraft(ServerDraft server) {
        super(server);
    }

    static KeyTable<UdpDraft> keys(String name) {
        return KeyTable.<UdpDraft>of(name)
                .key("payload", (statement, it, context) -> it.payload(statement))
                .key("require_reply", (statement, it, context) -> it.reply = Values.hexadecimal(statement, true))
                .key("min_reply_length", 1, (statement, it, context) -> it.minLength = length(statement, context))
                .key("max_reply_length", 1, (statement, it, context) -> it.maxLength = length(statement, context))
                .all(CONNECTION)
                .all(SCHEDULE)
                .build();
    }

    private void payload(Statement statement) throws KeepalivedException {
        statement.value("hexadecimal digits");
        payload = Values.hexadecimal(statement, false);
    }

    private static int length(Statement statement, Context context) throws KeepalivedException {
        return (int) Values.number(statement.value("a number of bytes"), 0, MAX_LENGTH, context);
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        if (minLength > maxLength) {
            context.problems()
                    .error(incomplete(
                            "reply lengths of " + minLength + " to " + maxLength + " bytes are crossed",
                            "min_reply_length not above max_reply_length"));
            minLength = maxLength;
        }
        return List.of(new UdpCheck(
                target(server, service, servicePort, true),
                schedule(1, Duration.ofSeconds(1), server, service, context),
                payload,
                reply,
                minLength,
                maxLength));
    }
}
