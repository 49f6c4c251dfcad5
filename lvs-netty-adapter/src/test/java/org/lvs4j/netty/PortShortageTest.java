package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A host without a free local port towards a server, made of a network namespace with 16 local ports. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
final class PortShortageTest {
    private static final String[] NAMESPACE = {"unshare", "--user", "--map-root-user", "--net", "sh", "-c"};
    private static final String FEW_PORTS =
            "ip link set lo up && echo 40000 40015 > /proc/sys/net/ipv4/ip_local_port_range";

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_noLocalPortTowardsServer_anotherServerIsTried(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        assumeThat(run(FEW_PORTS)).as("SKIPPED: no network namespace").isEmpty();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(run(FEW_PORTS + " && exec '" + java + "' -cp '" + System.getProperty("java.class.path") + "' "
                        + ShortOfPorts.class.getName() + " " + transport + " 20 2>&1"))
                .contains("served=20 retried=true local=true connectFailures=0 other=true end=LOCAL");
    }

    private static String run(String script) throws Exception {
        String[] command = Arrays.copyOf(NAMESPACE, NAMESPACE.length + 1);
        command[NAMESPACE.length] = script;
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return e.getMessage();
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
