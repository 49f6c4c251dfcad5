package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;

/** A check as it is written. */
abstract class CheckDraft extends Settings {
    /** The keys of every check that runs by a timer. */
    static final KeyTable<CheckDraft> SCHEDULE = KeyTable.<CheckDraft>of("check")
            .key("retry", 1, Settings.retries(0))
            .key("alpha", 1, (statement, it, context) -> it.alpha = Values.truth(statement))
            .key("log_all_failures", 1, (statement, it, context) -> it.logFailures = Values.truth(statement))
            .all(Settings.times())
            .key(Statement.OURS, OurWords.<CheckDraft>withRounds()::read)
            .build();

    @Nullable
    Boolean logFailures;

    private @Nullable Word key;
    private @Nullable Place closed;

    final void at(Word key, Place closed) {
        this.key = key;
        this.closed = closed;
    }

    /** The name of its kind. */
    Word key() {
        if (key == null) {
            throw new IllegalStateException("set by read()");
        }
        return key;
    }

    /** An error about what is missing, at the end of its block. */
    KeepalivedException incomplete(String problem, String expected) {
        if (closed == null) {
            throw new IllegalStateException("set by read()");
        }
        return closed.error("}", problem + ", found", expected);
    }

    /** The check as a value; several for an SMTP_CHECK with hosts, none if it is incomplete. */
    abstract List<Check> resolve(ServerDraft server, ServiceDraft service, int servicePort, Context context)
            throws KeepalivedException;

    /** When it runs. */
    CheckSchedule schedule(
            int defaultRetries,
            @Nullable Duration defaultRetryInterval,
            ServerDraft server,
            ServiceDraft service,
            Context context) {
        Duration interval = first(it -> it.interval, CheckSchedule.DEFAULT_INTERVAL, this, server, service);
        return new CheckSchedule(
                interval,
                first(
                        it -> it.retryInterval,
                        defaultRetryInterval == null ? interval : defaultRetryInterval,
                        this,
                        server,
                        service),
                first(it -> it.retries, defaultRetries, this, server, service),
                first(it -> it.warmup, interval, this, server, service),
                first(it -> it.alpha, false, this, server, service),
                logFailures == null ? context.globals().logFailures() : logFailures,
                first(it -> it.rise, 1, this, server, service),
                first(it -> it.fall, 1, this, server, service));
    }
}
