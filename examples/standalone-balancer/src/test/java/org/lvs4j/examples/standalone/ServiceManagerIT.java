package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real {@code lvsd} with the variables that systemd sets. */
@Timeout(120)
class ServiceManagerIT {
    @TempDir
    private Path directory;

    private Path rules;
    private String service;

    @BeforeEach
    void write() throws IOException {
        service = "-t 127.0.0.1:" + FreePort.next();
        rules = Files.writeString(directory.resolve("a.rules"), "-A " + service + " -s rr\n");
    }

    private Daemon start(NotifyReceiver receiver) throws IOException, InterruptedException {
        return Daemon.start(directory, Daemon.BRIEF, environment(receiver), rules, "--threads", "1");
    }

    private static List<String> environment(NotifyReceiver receiver) {
        return List.of("env", "NOTIFY_SOCKET=" + receiver.name(), "WATCHDOG_USEC=200000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@"})
    void lvsd_notifySocket_toldFromStartToEnd(String abstractName) throws Exception {
        try (NotifyReceiver receiver = new NotifyReceiver(abstractName + directory.resolve("notify"));
                Daemon lvsd = start(receiver)) {
            assertThat(receiver.awaitStart("READY=1"))
                    .isEqualTo("READY=1\nSTATUS=serving: 1 service, 0 servers, 0 active connections");
            receiver.awaitStart("WATCHDOG=1");

            receiver.clear();
            Files.writeString(rules, "-A " + service + " -s rr\n-a " + service + " -r 127.0.0.1:9 -m\n");
            long before = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            lvsd.signal("HUP");
            String reloading = receiver.awaitStart("RELOADING=1\nMONOTONIC_USEC=");
            long after = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            assertThat(Long.parseLong(reloading.replaceFirst("(?s).*=", ""))).isBetween(before, after);
            assertThat(receiver.awaitStart("READY=1"))
                    .isEqualTo("READY=1\nSTATUS=serving: 1 service, 1 server, 0 active connections");

            receiver.clear();
            Files.writeString(rules, "-A nonsense\n");
            assertThat(lvsd.lvsadm("reload").exitCode()).isEqualTo(3);
            assertThat(receiver.messages()).anyMatch(message -> message.startsWith("RELOADING=1"));
            assertThat(receiver.awaitStart("READY=1")).endsWith("; the last reload was refused, see the log");

            receiver.clear();
            lvsd.signal("TERM");
            assertThat(receiver.awaitStart("STOPPING=1"))
                    .isEqualTo("STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000\n"
                            + "STATUS=stopping: waiting up to 30s for open connections");
            assertThat(lvsd.awaitExit()).isZero();
            assertThat(receiver.messages()).noneMatch(message -> message.startsWith("READY=1"));
        }
    }

    @Test
    void takeover_sameControlGroup_mainPidOfTheNewOne() throws Exception {
        try (NotifyReceiver receiver =
                        new NotifyReceiver(directory.resolve("notify").toString());
                NotifyReceiver other =
                        new NotifyReceiver(directory.resolve("other").toString());
                Daemon lvsd = start(receiver)) {
            receiver.awaitStart("READY=1");
            try (Daemon next = lvsd.succeed(environment(other), rules)) {
                assertThat(receiver.awaitStart("MAINPID=")).isEqualTo("MAINPID=" + next.pid());
                assertThat(lvsd.awaitExit()).isZero();
                assertThat(receiver.messages()).last().isEqualTo("MAINPID=" + next.pid());
                other.awaitStart("READY=1");
                next.signal("TERM");
                other.awaitStart("STOPPING=1");
                assertThat(next.awaitExit()).isZero();
            }
        }
    }
}
