package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.health.Check;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpCheck.Version;
import org.lvs4j.health.HttpPage;

/** An {@code HTTP_GET} or {@code SSL_GET} as it is written. */
final class HttpDraft extends NetworkDraft {
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(3);

    private final boolean tls;
    private final List<PageDraft> pages = new ArrayList<>();
    private Version version = Version.HTTP_1_0;
    private boolean fastRecovery;
    private boolean serverName;

    HttpDraft(ServerDraft server, boolean tls) {
        super(server);
        this.tls = tls;
    }

    static KeyTable<HttpDraft> keys(String name) {
        return KeyTable.<HttpDraft>of(name)
                .block("url", 0, (statement, it, context) -> it.page(statement, context))
                .key("http_protocol", 1, (statement, it, context) -> it.version = version(statement))
                .key("fast_recovery", 1, (statement, it, context) -> it.fastRecovery = Values.truth(statement))
                .key("enable_sni", 1, (statement, it, context) -> it.serverName = Values.truth(statement))
                .key("virtualhost", 1, (statement, it, context) -> it.virtualHost = Values.name(statement))
                .all(CONNECTION)
                .all(SCHEDULE)
                .key("nb_get_retry", 1, (statement, it, context) -> {
                    context.problems().warning(statement.place(), "nb_get_retry is the old name of retry");
                    Settings.retries(0).read(statement, it, context);
                })
                .build();
    }

    private void page(Statement statement, Context context) {
        Statement.Block block = statement.block();
        if (block != null) {
            PageDraft page = new PageDraft(block.closed());
            page.unreadable = statement.broken();
            PageDraft.KEYS.read(block, page, context);
            if (page.isComplete(context)) {
                pages.add(page);
            } else {
                unreadable |= page.unreadable;
            }
        }
    }

    private static Version version(Statement statement) throws KeepalivedException {
        String expected = "1.0, 1.0C or 1.1";
        Word word = statement.value(expected);
        return switch (word.text()) {
            case "1.0" -> Version.HTTP_1_0;
            case "1.0C", "1.0c" -> Version.HTTP_1_0_CLOSE;
            case "1.1" -> Version.HTTP_1_1;
            default -> throw word.error("unknown version of HTTP", expected);
        };
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        if (pages.isEmpty()) {
            if (!unreadable && !lostBlock) {
                context.problems().error(incomplete("no page to ask for", "url { path ... } before it"));
            }
            return List.of();
        }
        List<HttpPage> resolved = new ArrayList<>();
        for (PageDraft page : pages) {
            resolved.add(page.resolve(firstOrNull(it -> it.virtualHost, page, this, server, service)));
        }
        return List.of(new HttpCheck(
                target(server, service, servicePort, true),
                schedule(1, RETRY_INTERVAL, server, service, context),
                tls,
                serverName,
                version,
                fastRecovery,
                resolved));
    }
}
