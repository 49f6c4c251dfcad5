package org.lvs4j.config.keepalived;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The kinds of checks by name. */
final class CheckKinds {
    /** How a kind of check is made, and its keys. */
    private record Kind<T extends CheckDraft>(Function<ServerDraft, T> maker, KeyTable<T> keys) {
        CheckDraft read(Statement statement, Statement.Block block, ServerDraft server, Context context) {
            T draft = maker.apply(server);
            draft.at(statement.key(), block.closed());
            draft.unreadable = statement.broken();
            keys.read(block, draft, context);
            return draft;
        }
    }

    private static final Map<String, Kind<?>> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("TCP_CHECK", new Kind<>(TcpDraft::new, TcpDraft.keys("TCP_CHECK")));
        KINDS.put("HTTP_GET", new Kind<>(server -> new HttpDraft(server, false), HttpDraft.keys("HTTP_GET")));
        KINDS.put("SSL_GET", new Kind<>(server -> new HttpDraft(server, true), HttpDraft.keys("SSL_GET")));
        KINDS.put("SMTP_CHECK", new Kind<>(SmtpDraft::new, SmtpDraft.keys("SMTP_CHECK")));
        KINDS.put("DNS_CHECK", new Kind<>(DnsDraft::new, DnsDraft.keys("DNS_CHECK")));
        KINDS.put("UDP_CHECK", new Kind<>(UdpDraft::new, UdpDraft.keys("UDP_CHECK")));
        KINDS.put("PING_CHECK", new Kind<>(PingDraft::new, PingDraft.keys("PING_CHECK")));
        KINDS.put("MISC_CHECK", new Kind<>(server -> new MiscDraft(), MiscDraft.keys("MISC_CHECK")));
        KINDS.put("FILE_CHECK", new Kind<>(server -> new FileDraft(), FileDraft.keys("FILE_CHECK")));
        KINDS.put("BFD_CHECK", new Kind<>(server -> new BfdDraft(), BfdDraft.keys("BFD_CHECK")));
    }

    private CheckKinds() {}

    /** The names of all kinds. */
    static Set<String> names() {
        return KINDS.keySet();
    }

    /** Reads a check of a server; null if there is no such kind. */
    static @Nullable CheckDraft read(Statement statement, ServerDraft server, Context context) {
        Kind<?> kind = KINDS.get(statement.key().text());
        Statement.Block block = statement.block();
        return kind == null || block == null ? null : kind.read(statement, block, server, context);
    }
}
