package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application whose dependency management selects Netty 4.1: what 4.1 does not have, such as io_uring, stays 4.2. */
final class NettyVersionTest {
    private URLClassLoader application;
    private Object director;

    @BeforeEach
    void startApplication() throws Exception {
        application =
                new URLClassLoader(classPathWith(Path.of("target", "netty-4.1")), ClassLoader.getPlatformClassLoader());
        director = load("org.lvs4j.Director").getMethod("create").invoke(null);
    }

    @AfterEach
    void closeApplication() throws Exception {
        application.close();
    }

    @Test
    void relay_netty41_refusedInOneSentence() throws Exception {
        Class<?> relay = load("org.lvs4j.netty.Relay");

        assertRefused(() -> relay.getMethod("start", director.getClass()).invoke(null, director));
    }

    @Test
    void healthMonitor_netty41_refusedInOneSentence() throws Exception {
        Object builder = load("org.lvs4j.netty.health.HealthMonitor")
                .getMethod("builder", director.getClass())
                .invoke(null, director);

        assertRefused(() -> builder.getClass().getMethod("start").invoke(builder));
    }

    @Test
    void tunPlane_netty41_refusedInOneSentence() throws Exception {
        Object builder = load("org.lvs4j.netty.tun.TunPlane")
                .getMethod("builder", director.getClass())
                .invoke(null, director);

        assertRefused(() -> builder.getClass().getMethod("start").invoke(builder));
    }

    @Test
    void balancedBootstrap_netty41_refusedInOneSentence() throws Exception {
        Class<?> serviceKey = load("org.lvs4j.service.ServiceKey");
        Object key = serviceKey.getMethod("named", String.class).invoke(null, "orders");
        Class<?> bootstrap = load("io.netty.bootstrap.Bootstrap");
        Object plain = bootstrap.getConstructor().newInstance();

        assertRefused(() -> load("org.lvs4j.netty.client.BalancedBootstrap")
                .getMethod("of", director.getClass(), serviceKey, bootstrap)
                .invoke(null, director, key, plain));
    }

    @Test
    void dnsSource_netty41_refusedInOneSentence() throws Exception {
        Class<?> observer = load("org.lvs4j.discovery.ServerSource$Observer");
        Object source = load("org.lvs4j.netty.discovery.DnsSource")
                .getMethod("srv", String.class)
                .invoke(null, "orders.example");
        Object any = Proxy.newProxyInstance(application, new Class<?>[] {observer}, (proxy, method, arguments) -> null);

        assertRefused(() -> source.getClass().getMethod("subscribe", observer).invoke(source, any));
    }

    @Test
    void require_nettyOfThisBuild_accepted() {
        NettyVersion.require();
    }

    private static void assertRefused(ThrowingCallable start) {
        assertThatThrownBy(start)
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("lvs-netty-adapter needs Netty 4\\.2, but the application has Netty 4\\.1\\.\\S+"
                        + " \\(file:\\S+/netty-transport-4\\.1\\.\\S+\\.jar\\); its dependency management [^\n]*")
                .hasNoCause();
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        Class<?> type = Class.forName(name, true, application);
        assertThat(type.getClassLoader()).isSameAs(application);
        return type;
    }

    /** The class path of this JVM, in which each jar of a folder replaces the jar of the same artifact. */
    private static URL[] classPathWith(Path folder) throws Exception {
        List<Path> replacements;
        try (Stream<Path> files = Files.list(folder)) {
            replacements = files.collect(Collectors.toCollection(ArrayList::new));
        }
        assertThat(replacements).hasSizeGreaterThan(5);
        List<String> replaced =
                replacements.stream().map(NettyVersionTest::artifact).toList();
        List<Path> path = new ArrayList<>(replacements);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path file = Path.of(entry);
            if (!replaced.contains(artifact(file))) {
                path.add(file);
            }
        }
        URL[] urls = new URL[path.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = path.get(i).toUri().toURL();
        }
        return urls;
    }

    private static String artifact(Path jar) {
        return jar.getFileName().toString().replaceFirst("-\\d.*", "");
    }
}
