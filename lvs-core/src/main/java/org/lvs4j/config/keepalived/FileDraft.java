package org.lvs4j.config.keepalived;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.FileCheck;

/** A {@code FILE_CHECK} as it is written. */
final class FileDraft extends CheckDraft {
    private Context.@Nullable Tracked tracked;
    private @Nullable Factor factor;

    /** A factor of a file's number. */
    record Factor(int weight, boolean reverse) {
        /** Reads {@code N [reverse|noreverse]}. */
        static Factor read(Statement statement, Context context) throws KeepalivedException {
            int weight = Values.signed(statement.value("a factor"), context);
            if (statement.size() < 2) {
                return new Factor(weight, false);
            }
            return switch (statement.value(1).text()) {
                case "reverse" -> new Factor(weight, true);
                case "noreverse" -> new Factor(weight, false);
                default -> throw statement.value(1).error("unknown word", "reverse or noreverse");
            };
        }
    }

    static KeyTable<FileDraft> keys(String name) {
        return KeyTable.<FileDraft>of(name)
                .key("track_file", 1, (statement, it, context) -> it.file(statement, context))
                .key("weight", 2, (statement, it, context) -> it.factor = Factor.read(statement, context))
                .build();
    }

    private void file(Statement statement, Context context) throws KeepalivedException {
        unreadable |= statement.size() == 0;
        Word name = statement.value("the name of a track_file");
        tracked = context.trackedFiles().get(name.text());
        unreadable |= context.unreadableFiles().contains(name.text());
        if (tracked == null && !unreadable) {
            throw name.error("unknown file", "a track_file of this name before it");
        }
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context) {
        if (tracked == null) {
            if (!unreadable) {
                context.problems().error(incomplete("no file", "track_file before it"));
            }
            return List.of();
        }
        Factor used = factor == null ? new Factor(tracked.weight(), tracked.reverse()) : factor;
        return List.of(new FileCheck(tracked.file(), used.weight(), used.reverse()));
    }
}
