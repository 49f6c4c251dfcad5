package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Micrometer is an optional dependency. */
final class MissingMicrometerTest {
    @Test
    void director_withoutMicrometer_works() throws Exception {
        assertThat(call(Balancing.class, false)).isEqualTo("192.168.1.1:8080");
    }

    @Test
    void metrics_withoutMicrometer_linkageErrorThatNamesIt() throws Exception {
        assertThat(call(Metering.class, true)).isEqualTo("built");
        assertThat(catchThrowable(() -> call(Metering.class, false)))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("io/micrometer/core/instrument");
    }

    private static Object call(Class<?> attempt, boolean withMicrometer) throws Exception {
        List<URL> libraries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (withMicrometer || !entry.contains("micrometer")) {
                libraries.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(libraries.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> loaded = loader.loadClass(attempt.getName());
            return ((Callable<?>) loaded.getConstructor().newInstance()).call();
        }
    }

    /** Loaded by a class loader of its own, as is the next one. */
    public static final class Balancing implements Callable<String> {
        @Override
        public String call() {
            ServiceKey web = ServiceKey.tcp("10.0.0.1:80");
            Director director = Director.create();
            director.addService(VirtualService.of(web), RealServer.of("192.168.1.1:8080"));
            try (Connection connection = director.open(web)) {
                return connection.destination().toString();
            }
        }
    }

    /** Builds the meters of a director. */
    public static final class Metering implements Callable<String> {
        @Override
        public String call() {
            try (LvsMetrics metrics = LvsMetrics.of(Director.create())) {
                return metrics == null ? "nothing" : "built";
            }
        }
    }
}
