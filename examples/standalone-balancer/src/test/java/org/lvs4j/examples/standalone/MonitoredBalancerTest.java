package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Director;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import org.lvs4j.netty.health.HealthMonitorException;

/** A balancer whose servers are probed. */
@Tag("slow")
@Timeout(60)
class MonitoredBalancerTest {
    private final Director director = Director.create();
    private ServerSocket server;
    private String serviceRules;
    private String service;
    private int deadPort;
    private Balancer balancer;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        int port = FreePort.next();
        service = "127.0.0.1 " + port;
        serviceRules = "127.0.0.1:" + port;
        deadPort = FreePort.next();
    }

    @AfterEach
    void stop() throws Exception {
        if (balancer != null) {
            balancer.close();
        }
        server.close();
    }

    /** A service with a server that listens and one that does not. */
    private String text() {
        return """
                virtual_server SERVICE {
                    delay_loop 1
                    lvs_sched wrr
                    lvs_method NAT
                    protocol TCP
                    real_server 127.0.0.1 GOOD {
                        weight 2
                        TCP_CHECK {
                        }
                    }
                    real_server 127.0.0.1 DEAD {
                        TCP_CHECK {
                        }
                    }
                }
                """.replace("SERVICE", service)
                .replace("GOOD", "" + server.getLocalPort())
                .replace("DEAD", "" + deadPort);
    }

    private static Configuration keepalived(String text) throws RulesInvalidException {
        return new Configuration.OfKeepalived(
                KeepalivedSource.parse("-", text.getBytes(StandardCharsets.UTF_8), "main", ServedCheck.NONE));
    }

    private void start(Configuration configuration) throws RulesInvalidException {
        balancer = Balancer.start(director, configuration, new PlaneOptions());
    }

    private List<String> table() {
        return Rules.of(director).print().lines().toList();
    }

    private String line(int port, int weight) {
        return "-a -t " + serviceRules + " -r 127.0.0.1:" + port + " -m -w " + weight;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void start_keepalivedFile_serverThatFailsLeavesTheTable() throws Exception {
        start(keepalived(text()));

        assertThat(table())
                .containsExactlyInAnyOrder(
                        "-A -t " + serviceRules + " -s wrr", line(server.getLocalPort(), 2), line(deadPort, 1));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        assertThat(table()).contains(line(server.getLocalPort(), 2));
    }

    @Test
    void start_checkThatThisHostDoesNotAllow_nothingIsServed() throws Exception {
        Configuration wrong = keepalived(text().replace("weight 2", "notify_up /bin/true no-such-user"));

        assertThatThrownBy(() -> start(wrong)).isInstanceOf(HealthMonitorException.class);
        // The address is free again.
        start(keepalived(text()));
    }

    @Test
    void reload_weightAndServer_stateOfTheOthersStays() throws Exception {
        start(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));

        String changes = balancer.reload(keepalived(text().replace("weight 2", "weight 5")));

        assertThat(changes.lines())
                .containsExactly("-e -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort() + " -m -w 5");
    }

    @Test
    void reload_otherLanguage_andBack() throws Exception {
        String rules = "-A -t " + serviceRules + " -s rr\n" + line(deadPort, 3) + "\n";
        start(new Configuration.OfRules(Rules.parse(rules, "test")));

        balancer.reload(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        balancer.reload(new Configuration.OfRules(Rules.parse(rules, "test")));

        assertThat(table()).containsExactlyElementsOf(rules.lines().toList());
        assertThat(balancer.drain(Duration.ZERO)).isTrue();
    }
}
