package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.Script;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The FIFOs of a monitor and the programs that read them. */
@Tag("slow")
final class NotifyFifosTest {
    private static final MonitoredService SERVICE = MonitoredService.builder(
                    VirtualService.of(ServiceKey.tcp("192.0.2.1:80")))
            .server(MonitoredServer.of(RealServer.of("127.0.0.1:9")))
            .build();

    @TempDir
    private Path directory;

    private NotifyFifo withReader(String name, String command) {
        return new NotifyFifo(
                directory.resolve(name),
                Script.of("sh", "-c", command + " \"$1\" >>" + directory.resolve("out"), "sh"));
    }

    private String out() {
        try {
            Path out = directory.resolve("out");
            return Files.exists(out) ? Files.readString(out) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static HealthConfiguration configuration(int quorum) {
        return HealthConfiguration.of(
                SERVICE.toBuilder().quorum(new Quorum(quorum, 0, null, null)).build());
    }

    @Test
    void fifo_readerThatEnds_startedAgainAndGetsWhatWaited() throws Exception {
        try (HealthMonitor monitor = HealthMonitor.builder(Director.create())
                .fifos(List.of(withReader("fifo", "head -n 1")))
                .configuration(configuration(1))
                .start()) {
            ProbeFixture.await("the first line", () -> out().equals("VS [192.0.2.1]:tcp:80 UP\n"));
            monitor.reload(configuration(2));

            ProbeFixture.await("the second line", () -> out().endsWith("VS [192.0.2.1]:tcp:80 DOWN\n"));
            assertThat(monitor.snapshot().scriptFailures()).isPositive();
        }
        ProbeFixture.await(
                "no reader is left", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void setFifos_others_linesGoThere() throws Exception {
        try (HealthMonitor monitor = HealthMonitor.builder(Director.create())
                .fifo(directory.resolve("old"))
                .configuration(configuration(1))
                .start()) {
            monitor.setFifos(List.of(withReader("new", "exec cat")));
            monitor.reload(configuration(2));
            ProbeFixture.await("the line", () -> out().equals("VS [192.0.2.1]:tcp:80 DOWN\n"));

            Path file = Files.writeString(directory.resolve("file"), "");
            assertThatThrownBy(() -> monitor.setFifos(List.of(NotifyFifo.of(file))))
                    .isInstanceOf(HealthMonitorException.class)
                    .hasMessageContaining("is not a FIFO");
            monitor.reload(configuration(1));
            ProbeFixture.await("the line of the one that stays", () -> out().endsWith("UP\n"));
        }
    }

    @Test
    void start_noFifo_refusedAndNothingLeft() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Director director = Director.create();

        assertThatThrownBy(() -> HealthMonitor.builder(director)
                        .fifo(file)
                        .configuration(configuration(1))
                        .start())
                .isInstanceOf(HealthMonitorException.class);
        assertThat(director.services()).isEmpty();
    }

    @Test
    void reload_changedByOthers_takenBackAndOtherServicesStay() {
        Director director = Director.create();
        ServiceKey key = ServiceKey.tcp("192.0.2.1:80");
        ServiceKey other = ServiceKey.tcp("192.0.2.2:80");
        try (HealthMonitor monitor =
                HealthMonitor.builder(director).configuration(configuration(1)).start()) {
            director.addServer(key, RealServer.of("127.0.0.1:10"));
            director.editServer(key, RealServer.builder("127.0.0.1:9").weight(7).build());
            director.addService(VirtualService.of(other), RealServer.of("127.0.0.1:11"));

            monitor.reload(configuration(1));

            assertThat(director.configuration(key)).isEqualTo(monitor.table().get(0));
            assertThat(director.configuration(other)).isNotNull();
            director.removeService(key);
            monitor.reload(configuration(1));
            assertThat(director.configuration(key)).isEqualTo(monitor.table().get(0));
        }
    }
}
