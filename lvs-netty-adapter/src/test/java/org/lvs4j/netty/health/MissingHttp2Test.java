package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** HTTP/2 of Netty is an optional dependency. */
final class MissingHttp2Test {
    @Test
    void grpcCheck_withoutTheLibrary_refusedByItsName() throws Exception {
        assertThat(problems(true)).isEmpty();
        assertThat(problems(false))
                .containsExactly("TCP 127.0.0.1:8080: 127.0.0.1:1: GRPC_CHECK: a check by gRPC needs HTTP/2 of Netty"
                        + " (io.netty:netty-codec-http2)");
    }

    @SuppressWarnings("unchecked")
    private static List<String> problems(boolean withHttp2) throws Exception {
        List<URL> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (withHttp2 || !entry.contains("netty-codec-http2")) {
                libraries.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(libraries.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> attempt = loader.loadClass(Attempt.class.getName());
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
}
