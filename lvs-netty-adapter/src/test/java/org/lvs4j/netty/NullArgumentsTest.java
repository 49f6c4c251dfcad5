package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.ChannelPoolHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.Script;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.client.BalancedBootstrap;
import org.lvs4j.netty.client.DirectorAddressResolverGroup;
import org.lvs4j.netty.discovery.DnsSource;
import org.lvs4j.netty.discovery.FileSource;
import org.lvs4j.netty.health.HealthMetrics;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.netty.health.NotifyFifo;
import org.lvs4j.netty.health.Scripts;
import org.lvs4j.netty.tun.TunMetrics;
import org.lvs4j.netty.tun.TunPlane;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Every public method refuses null by the name of its parameter. */
final class NullArgumentsTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final Endpoint ENDPOINT = Endpoint.parse("127.0.0.1:0");

    static Stream<Arguments> calls() {
        Director director = Director.create();
        Relay.Builder relay = Relay.builder(director);
        Bootstrap bootstrap = new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioSocketChannel.class);
        BalancedBootstrap balanced = BalancedBootstrap.of(director, ORDERS, bootstrap);
        ChannelPoolHandler pooled = new AbstractChannelPoolHandler() {
            @Override
            public void channelCreated(Channel channel) {}
        };
        TunPlane.Builder tun = TunPlane.builder(director);
        HealthMonitor.Builder health = HealthMonitor.builder(director);
        DnsSource.Builder dns = DnsSource.srv("orders.example").toBuilder();
        FileSource.Builder file = FileSource.builder(Path.of("servers"));
        return Stream.of(
                call("director", () -> Relay.start(null)),
                call("director", () -> Relay.builder(null)),
                call("loops", () -> relay.eventLoops(null)),
                call("value", () -> relay.transport(null)),
                call("value", () -> relay.connectTimeout(null)),
                call("value", () -> relay.idleTimeout(null)),
                call("value", () -> relay.drainIdle(null)),
                call("protocol", () -> relay.listen(null, ENDPOINT, 0)),
                call("endpoint", () -> relay.listen(Protocol.TCP, null, 0)),
                call("receiver", () -> relay.connectionLog(null)),
                call("file", () -> AccessLog.builder((Path) null)),
                call("stream", () -> AccessLog.builder((OutputStream) null)),
                call("value", () -> AccessLog.builder(Path.of("log")).format(null)),
                call("log", () -> AccessLogMetrics.of(null)),
                call("director", () -> BalancedBootstrap.of(null, ORDERS, bootstrap)),
                call("service", () -> BalancedBootstrap.of(director, null, bootstrap)),
                call("bootstrap", () -> BalancedBootstrap.builder(director, ORDERS, null)),
                call("affinity", () -> balanced.connect(null)),
                call("handler", () -> balanced.pool(null)),
                call("handler", () -> balanced.pool(null, 1, 1, Duration.ofSeconds(1))),
                call("acquireTimeout", () -> balanced.pool(pooled, 1, 1, null)),
                call("channel", () -> BalancedBootstrap.connection(null)),
                call("director", () -> DirectorAddressResolverGroup.of(null)),
                call("others", () -> DirectorAddressResolverGroup.of(director, null)),
                call("director", () -> TunPlane.builder(null)),
                call("plane", () -> TunMetrics.of(null)),
                call("plane", () -> TunMetrics.of(null, List.of())),
                call("relay", () -> RelayMetrics.of(null)),
                call("monitor", () -> HealthMetrics.of(null)),
                call("name", () -> tun.device(null)),
                call("protocol", () -> tun.mark(null, ENDPOINT, 1)),
                call("endpoint", () -> tun.mark(Protocol.TCP, null, 1)),
                call("director", () -> HealthMonitor.builder(null)),
                call("services", () -> health.configuration(null)),
                call("service", () -> health.check(null, server -> null)),
                call("template", () -> health.check(ServiceKey.mark(1), null)),
                call("service", () -> health.passiveCheck(null, PassiveCheck.DEFAULT)),
                call("check", () -> health.passiveCheck(ServiceKey.mark(1), null)),
                call("service", () -> health.releaseOnFailure(null, ReleaseOnFailure.CLIENTS)),
                call("release", () -> health.releaseOnFailure(ServiceKey.mark(1), null)),
                call("listener", () -> health.listener(null)),
                call("loops", () -> health.eventLoops(null)),
                call("value", () -> health.transport(null)),
                call("path", () -> health.fifo(null)),
                call("wanted", () -> health.fifos(null)),
                call("path", () -> NotifyFifo.of(null)),
                call("script", () -> Scripts.run(null, Duration.ofSeconds(1))),
                call("limit", () -> Scripts.run(Script.of("true"), null)),
                call("what", () -> health.cleanup(null)),
                call("name", () -> DnsSource.addresses(null, 80)),
                call("name", () -> DnsSource.srv(null)),
                call("observer", () -> DnsSource.srv("orders.example").subscribe(null)),
                call("servers", () -> dns.nameServers((Endpoint[]) null)),
                call("only", () -> dns.family(null)),
                call("shortest", () -> dns.interval(null, Duration.ZERO)),
                call("longest", () -> dns.interval(Duration.ZERO, null)),
                call("value", () -> dns.timeout(null)),
                call("loops", () -> dns.eventLoops(null)),
                call("file", () -> FileSource.of(null)),
                call("key", () -> FileSource.of(Path.of("servers"), null)),
                call("observer", () -> FileSource.of(Path.of("servers")).subscribe(null)),
                call("value", () -> file.format(null)),
                call("value", () -> file.interval(null)));
    }

    private static Arguments call(String parameter, ThrowingCallable call) {
        return Arguments.of(parameter, call);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void call_null_refusedByName(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(parameter);
    }

    @Test
    void runningRelay_null_refusedByNameAndRelayContinues() {
        try (Relay relay = Relay.builder(Director.create()).threads(1).start()) {
            assertThatThrownBy(() -> relay.address(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("key");
            assertThatThrownBy(() -> relay.drain(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("deadline");
            assertThatThrownBy(() -> relay.drain(Duration.ZERO, (IntConsumer) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("progress");
            assertThatThrownBy(() -> relay.prepare(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("services");
            assertThatThrownBy(() -> relay.prepare(Arrays.asList((VirtualService) null)))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("services contains null");
            relay.refresh();
        }
    }

    @Test
    void runningMonitor_null_refusedByNameAndMonitorContinues() {
        try (HealthMonitor monitor = HealthMonitor.builder(Director.create()).start()) {
            assertThatThrownBy(() -> monitor.reload(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("configuration");
            assertThatThrownBy(() -> monitor.setServers(null, List.of()))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("service");
            assertThatThrownBy(() -> monitor.setServers(ServiceKey.mark(1), null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("servers");
            assertThatThrownBy(() -> monitor.setFifos(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("wanted");
            assertThatThrownBy(() -> monitor.close(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("cleanup");
            monitor.snapshot();
        }
    }
}
