package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** HTTP/2 of Netty is an optional dependency. */
final class MissingHttp2Test {
    @Test
    void grpcCheck_withoutTheLibrary_refusedByItsName() throws Exception {
        assertThat(call(Attempt.class, true)).isEmpty();
        assertThat(call(Attempt.class, false))
                .containsExactly("TCP 127.0.0.1:8080: 127.0.0.1:1: GRPC_CHECK: a check by gRPC needs HTTP/2 of Netty"
                        + " (io.netty:netty-codec-http2)");
    }

    @Test
    void grpcCheckInCode_withoutTheLibrary_refusedByItsName() throws Exception {
        assertThat(call(AttemptInCode.class, true)).isEmpty();
        assertThat(call(AttemptInCode.class, false))
                .containsExactly("TCP 127.0.0.1:8080: 127.0.0.1:1: GRPC_CHECK: a check by gRPC needs HTTP/2 of Netty"
                        + " (io.netty:netty-codec-http2)");
    }

    @Test
    void missing_classesOfOptionalDependencies_namesTheDependency() {
        assertThat(CheckRequirements.missing(
                        new NoClassDefFoundError("io/netty/handler/codec/http2/Http2ChannelDuplexHandler")))
                .endsWith("(io.netty:netty-codec-http2)");
        assertThat(CheckRequirements.missing(new NoClassDefFoundError("com/sun/jna/LastErrorException")))
                .endsWith("(net.java.dev.jna:jna)");
        assertThat(CheckRequirements.missing(new NoClassDefFoundError("a/B")))
                .isEqualTo("java.lang.NoClassDefFoundError: a.B");
    }

    @SuppressWarnings("unchecked")
    private static List<String> call(Class<? extends Callable<List<String>>> type, boolean withHttp2) throws Exception {
        List<URL> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (withHttp2 || !entry.contains("netty-codec-http2")) {
                libraries.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(libraries.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> attempt = loader.loadClass(type.getName());
            return (List<String>) ((Callable<?>) attempt.getConstructor().newInstance()).call();
        }
    }

    /** Loaded by a class loader of its own. */
    public static final class Attempt implements Callable<List<String>> {
        @Override
        public List<String> call() {
            MonitoredService service = MonitoredService.builder(VirtualService.of(ServiceKey.tcp("127.0.0.1:8080")))
                    .server(MonitoredServer.of(
                            RealServer.of("127.0.0.1:1"),
                            GrpcCheck.of(ProbeFixture.target("127.0.0.1:1"), ProbeFixture.SCHEDULE, "")))
                    .build();
            return CheckRequirements.problems(new HealthConfiguration(List.of(service), false), ProbeTransport.NIO);
        }
    }

    /** Loaded by a class loader of its own. */
    public static final class AttemptInCode implements Callable<List<String>> {
        @Override
        public List<String> call() {
            ServiceKey web = ServiceKey.tcp("127.0.0.1:8080");
            Director director = Director.create();
            director.addService(VirtualService.of(web), RealServer.of("127.0.0.1:1"));
            HealthMonitor.Builder monitor = HealthMonitor.builder(director)
                    .check(web, server -> GrpcCheck.of(ProbeTarget.of(server.endpoint()), ProbeFixture.SCHEDULE, ""));
            try {
                monitor.start().close();
                return List.of();
            } catch (HealthMonitorException e) {
                return e.problems();
            }
        }
    }
}
