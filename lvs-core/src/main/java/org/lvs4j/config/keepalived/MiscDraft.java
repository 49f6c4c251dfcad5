package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.Script;

/** A {@code MISC_CHECK} as it is written. */
final class MiscDraft extends CheckDraft {
    private static final int LONGEST_SECONDS = 4_294;

    private @Nullable Script script;
    private @Nullable Word path;
    private boolean named;
    private @Nullable Duration timeout;
    private boolean dynamic;
    private @Nullable String user;
    private @Nullable String group;

    static KeyTable<MiscDraft> keys(String name) {
        return KeyTable.<MiscDraft>of(name)
                .key("misc_path", 1, (statement, it, context) -> it.path(statement, context))
                .key(
                        "misc_timeout",
                        1,
                        (statement, it, context) -> it.timeout = Duration.ofSeconds(
                                Values.number(statement.value("whole seconds"), 1, LONGEST_SECONDS, context)))
                .key("misc_dynamic", 1, (statement, it, context) -> it.dynamic = Values.truth(statement))
                .key("user", 2, (statement, it, context) -> it.user(statement))
                .all(SCHEDULE)
                .build();
    }

    private void path(Statement statement, Context context) throws KeepalivedException {
        named = true;
        path = statement.value("a program with its arguments in double quotes");
        script = Values.program(new Statement(statement.words().subList(0, 2), false, null), context);
    }

    private void user(Statement statement) throws KeepalivedException {
        user = statement.value("a user").text();
        group = statement.size() > 1 ? statement.value(1).text() : null;
    }

    @Override
    List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException {
        if (script == null || path == null) {
            if (!named && !unreadable) {
                context.problems().error(incomplete("no program", "misc_path before it"));
            }
            return List.of();
        }
        String problem = context.options().scripts().problem(script.command().get(0));
        if (problem != null) {
            if (script.command().get(0).indexOf('/') >= 0) {
                throw path.error("program that cannot be run (" + problem + "):", "an executable file");
            }
            context.problems()
                    .warning(
                            path.place(),
                            "program '"
                                    + KeepalivedException.shown(script.command().get(0)) + "': " + problem);
        }
        Script resolved = user == null ? script : new Script(script.command(), user, group);
        context.runs(path, resolved);
        Duration longest = first(it -> it.interval, CheckSchedule.DEFAULT_INTERVAL, service);
        return List.of(new MiscCheck(
                resolved,
                schedule(0, Duration.ofSeconds(1), server, service, context),
                timeout == null ? longest : timeout,
                dynamic));
    }
}
