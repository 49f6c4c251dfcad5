package org.lvs4j.config.keepalived;

import java.util.List;
import org.lvs4j.health.Check;

/** A {@code BFD_CHECK} as it is written. There are no sessions of BFD here, so it is refused. */
final class BfdDraft extends CheckDraft {
    private boolean refused;

    static KeyTable<BfdDraft> keys(String name) {
        return KeyTable.<BfdDraft>of(name)
                .key("name", 1, (statement, it, context) -> it.name(statement, context))
                .build();
    }

    private void name(Statement statement, Context context) throws KeepalivedException {
        refused = true;
        Word name = statement.value("the name of a bfd_instance");
        if (!context.bfdInstances().contains(name.text())) {
            throw name.error("unknown instance", "a bfd_instance of this name before it");
        }
        throw name.error("sessions of BFD are not supported:", "another check");
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context) {
        if (!refused && !unreadable) {
            context.problems().error(incomplete("no instance", "name before it"));
        }
        return List.of();
    }
}
