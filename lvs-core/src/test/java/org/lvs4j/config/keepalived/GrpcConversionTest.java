package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

final class GrpcConversionTest {
    @Test
    void toKeepalived_checkByGrpc_lost() {
        RealServer server = RealServer.of("10.0.0.1:50051");
        ProbeTarget target = ProbeTarget.of(server.endpoint());
        CheckSchedule schedule = CheckSchedule.builder().build();
        MonitoredService service = MonitoredService.builder(VirtualService.of(ServiceKey.tcp("10.0.0.9:80")))
                .server(MonitoredServer.of(
                        server, new TcpCheck(target, schedule), GrpcCheck.of(target, schedule, "web")))
                .build();

        Conversion printed = Conversion.toKeepalived(new KeepalivedConfiguration(
                new HealthConfiguration(List.of(service), false),
                GlobalSettings.DEFAULT,
                List.of(),
                List.of(),
                List.of()));

        assertThat(printed.text()).contains("TCP_CHECK").doesNotContain("GRPC");
        assertThat(printed.lost()).containsExactly("TCP 10.0.0.9:80, server 10.0.0.1:50051: a check by gRPC");
    }
}
