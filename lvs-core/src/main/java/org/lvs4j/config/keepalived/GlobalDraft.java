package org.lvs4j.config.keepalived;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.keepalived.GlobalSettings.AtStop;
import org.lvs4j.config.keepalived.GlobalSettings.SyncDaemon;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.Script;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Persistence;

/** What {@code global_defs} has said so far. */
final class GlobalDraft {
    private static final int MAX_SYNC_ID = 255;
    private static final int MAX_MESSAGE = 65_507;

    private static final KeyTable<GlobalDraft> KEYS = KeyTable.<GlobalDraft>of("global_defs")
            .key("lvs_timeouts", (statement, it, context) -> it.timeouts(statement, context))
            .key("lvs_sync_daemon", (statement, it, context) -> it.syncDaemon(statement, context))
            .key("lvs_flush", 0, (statement, it, context) -> it.flush = true)
            .key("lvs_flush_on_stop", 1, (statement, it, context) -> it.atStop(statement))
            .key("lvs_flush_onstop", 1, (statement, it, context) -> it.atStop(statement))
            .key("checker_log_all_failures", 1, (statement, it, context) -> it.logFailures = Values.truth(statement))
            .key("rs_init_notifies", 1, (statement, it, context) -> it.notifyAtStart = Values.truth(statement))
            .key("lvs_notify_fifo", 1, (statement, it, context) -> it.fifo = Values.name(statement))
            .key("notify_fifo", 1, (statement, it, context) -> it.commonFifo = Values.name(statement))
            .key(
                    "lvs_notify_fifo_script",
                    3,
                    (statement, it, context) -> it.fifoScript = Values.script(statement, context))
            .key(
                    "notify_fifo_script",
                    3,
                    (statement, it, context) -> it.commonFifoScript = Values.script(statement, context))
            .key("startup_script", 3, (statement, it, context) -> it.startupScript = Values.script(statement, context))
            .key(
                    "shutdown_script",
                    3,
                    (statement, it, context) -> it.shutdownScript = Values.script(statement, context))
            .key("enable_script_security", 0, (statement, it, context) -> it.scriptSecurity = true)
            .key("script_user", 2, (statement, it, context) -> it.user(statement))
            .key("random_seed", 1, (statement, it, context) -> {
                Values.number(statement.value("a number"), 0, Integer.MAX_VALUE, context);
                context.problems().withoutEffect(statement.key());
            })
            .key("vrrp_garp_interval", 1, GlobalDraft::positiveTime)
            .key("vrrp_gna_interval", 1, GlobalDraft::positiveTime)
            .key("smtp_alert", 1, GlobalDraft::truthWithoutEffect)
            .key("smtp_alert_checker", 1, GlobalDraft::truthWithoutEffect)
            .withoutEffect(GlobalKeys.WITHOUT_EFFECT)
            .build();

    private TimeoutSettings timeouts = new TimeoutSettings(0, 0, 0);
    private @Nullable SyncDaemon syncDaemon;
    private boolean flush;
    private AtStop atStop = AtStop.SERVERS_AND_SERVICES;
    private boolean logFailures;
    private boolean notifyAtStart;
    private @Nullable String fifo;
    private @Nullable Script fifoScript;
    private @Nullable String commonFifo;
    private @Nullable Script commonFifoScript;
    private @Nullable Script startupScript;
    private @Nullable Script shutdownScript;
    private @Nullable String user;
    private @Nullable String group;
    private boolean scriptSecurity;

    boolean logFailures() {
        return logFailures;
    }

    boolean notifyAtStart() {
        return notifyAtStart;
    }

    boolean scriptSecurity() {
        return scriptSecurity;
    }

    @Nullable
    String scriptUser() {
        return user;
    }

    @Nullable
    String scriptGroup() {
        return group;
    }

    GlobalSettings settings() {
        return new GlobalSettings(
                timeouts,
                syncDaemon,
                flush,
                atStop,
                fifo,
                fifoScript,
                commonFifo,
                commonFifoScript,
                startupScript,
                shutdownScript,
                user,
                group,
                scriptSecurity);
    }

    void read(Statement.Block block, Context context) {
        for (Statement statement : block.statements()) {
            String key = statement.key().text();
            if (!KEYS.contains(key) && GlobalKeys.ofOtherParts(key)) {
                context.problems().withoutEffect(statement.key());
            } else {
                KEYS.read(statement, this, context);
            }
        }
    }

    private static void positiveTime(Statement statement, GlobalDraft it, Context context) throws KeepalivedException {
        Values.time(statement.value("a time in seconds"), Values.LEAST_TIME, CheckSchedule.LONGEST, context);
        context.problems().withoutEffect(statement.key());
    }

    private static void truthWithoutEffect(Statement statement, GlobalDraft it, Context context)
            throws KeepalivedException {
        Values.truth(statement);
        context.problems().withoutEffect(statement.key());
    }

    private void timeouts(Statement statement, Context context) throws KeepalivedException {
        String expected = "tcp, tcpfin or udp, each with its seconds";
        statement.value(expected);
        for (int i = 0; i < statement.size(); i += 2) {
            Word name = statement.value(i);
            if (statement.size() == i + 1) {
                throw name.error("the value is missing behind", expected);
            }
            int seconds = (int) Values.number(statement.value(i + 1), 1, Persistence.MAX_TIMEOUT_SECONDS, context);
            timeouts = switch (name.text()) {
                case "tcp" -> new TimeoutSettings(seconds, timeouts.tcpFin(), timeouts.udp());
                case "tcpfin" -> new TimeoutSettings(timeouts.tcp(), seconds, timeouts.udp());
                case "udp" -> new TimeoutSettings(timeouts.tcp(), timeouts.tcpFin(), seconds);
                default -> throw name.error("unknown timeout", expected);
            };
        }
    }

    private void syncDaemon(Statement statement, Context context) throws KeepalivedException {
        String networkInterface =
                statement.value("the interface of the synchronisation").text();
        String instance = null;
        int id = 0;
        int length = 0;
        int port = 0;
        int ttl = 0;
        IpAddress multicast = null;
        int i = 1;
        while (i < statement.size()) {
            Word name = statement.value(i++);
            boolean named =
                    Set.of("inst", "id", "maxlen", "port", "ttl", "group").contains(name.text());
            if (!named && i == 2) {
                instance = name.text();
                continue;
            }
            if (!named) {
                throw name.error("unknown word", "one of inst id maxlen port ttl group, each with its value");
            }
            Word value = statement.required(i++, "the value of " + name.text());
            switch (name.text()) {
                case "inst" -> instance = value.text();
                case "id" -> id = (int) Values.number(value, 0, MAX_SYNC_ID, context);
                case "maxlen" -> length = (int) Values.number(value, 1, MAX_MESSAGE, context);
                case "port" -> port = (int) Values.number(value, 1, 65_535, context);
                case "ttl" -> ttl = (int) Values.number(value, 1, 255, context);
                default -> {
                    multicast = Values.address(value);
                    if (!multicast.isMulticast()) {
                        throw value.error("not a multicast group:", "a multicast address such as 224.0.0.81");
                    }
                }
            }
        }
        syncDaemon = new SyncDaemon(networkInterface, instance, id, length, port, ttl, multicast);
        context.problems()
                .warning(statement.place(), "lvs_sync_daemon: connections are not synchronised with other directors");
    }

    private void atStop(Statement statement) throws KeepalivedException {
        if (statement.size() > 0 && !statement.value(0).text().equals("VS")) {
            throw statement.value(0).error("unknown word", "VS, or nothing");
        }
        atStop = statement.size() > 0 ? AtStop.SERVICES : AtStop.EVERYTHING;
    }

    private void user(Statement statement) throws KeepalivedException {
        user = statement.value("a user").text();
        group = statement.size() > 1 ? statement.value(1).text() : null;
    }
}
