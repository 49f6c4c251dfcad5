package org.lvs4j.benchmarks.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.Transport;

/**
 * A proxy that passes bytes between sockets. Each has one thread, two servers that take turns, no log of connections, and
 * room for more connections than are opened.
 */
public enum RelayPeer {
    /** HAProxy in TCP mode, which copies. */
    HAPROXY("haproxy"),
    /** HAProxy in TCP mode, with {@code option splice-auto}. */
    HAPROXY_SPLICE("haproxy"),
    /** nginx with its stream module. */
    NGINX("nginx"),
    /** A few lines of Netty, which copy: no director, no limits, no counters. */
    NETTY(null),
    /** This library, on epoll. */
    LVS4J(null),
    /** This library, on io_uring. */
    LVS4J_IO_URING(null),
    /** This library, on NIO. */
    LVS4J_NIO(null);

    /** The servers' address, twice: two servers as far as a proxy can tell. */
    static final List<String> SERVERS = List.of("127.0.0.1", "127.0.0.2");

    private static final List<String> JVM =
            List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC", "-Dio.netty.tryReflectionSetAccessible=true");

    private final @Nullable String program;

    RelayPeer(@Nullable String program) {
        this.program = program;
    }

    /** Why it cannot be measured here, or null if it can. */
    @Nullable
    String unavailability() {
        if (program == null) {
            Transport transport = transport();
            return transport.available() ? null : transport + " is not available";
        }
        if (Programs.find(program) == null) {
            return program + " is not installed";
        }
        return this == NGINX
                        && streamModule() == null
                        && !Programs.output("nginx", "-V").contains("--with-stream ")
                ? "nginx has no stream module (Debian: libnginx-mod-stream)"
                : null;
    }

    /** Whether it passes datagrams. */
    boolean passesDatagrams() {
        return this != HAPROXY && this != HAPROXY_SPLICE;
    }

    boolean isJvm() {
        return program == null;
    }

    Transport transport() {
        return switch (this) {
            case LVS4J_IO_URING -> Transport.IO_URING;
            case LVS4J_NIO -> Transport.NIO;
            default -> Transport.EPOLL;
        };
    }

    private static @Nullable Path streamModule() {
        for (String folder : List.of("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")) {
            Path module = Path.of(folder, "ngx_stream_module.so");
            if (Files.exists(module)) {
                return module;
            }
        }
        return null;
    }

    /**
     * The command that runs it in the foreground.
     *
     * @param directory for its configuration
     * @param port the port that it listens at, of TCP and of UDP
     * @param serverPort the port of its servers
     */
    List<String> command(Path directory, int port, int serverPort) throws IOException {
        return switch (this) {
            case HAPROXY, HAPROXY_SPLICE ->
                List.of(
                        Programs.path("haproxy"),
                        "-db",
                        "-f",
                        Files.writeString(directory.resolve("haproxy.cfg"), haproxy(port, serverPort))
                                .toString());
            case NGINX ->
                List.of(
                        Programs.path("nginx"),
                        "-e",
                        "/dev/null",
                        "-c",
                        Files.writeString(directory.resolve("nginx.conf"), nginx(directory, port, serverPort))
                                .toString());
            case NETTY -> java(NettyProxy.class, port, serverPort);
            default -> java(RelayProgram.class, port, serverPort);
        };
    }

    private List<String> java(Class<?> program, int port, int serverPort) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(transport().name(), String.valueOf(port), String.valueOf(serverPort)));
        return command;
    }

    private String haproxy(int port, int serverPort) {
        return String.format(
                Locale.ROOT,
                """
                global
                    maxconn 9300
                    maxpipes 400
                    nbthread 1
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 900s
                    timeout server 900s
                    %s
                listen relayed
                    bind 127.0.0.1:%d backlog 4096
                    balance roundrobin
                    server one %s:%d
                    server two %s:%d
                """,
                this == HAPROXY_SPLICE ? "option splice-auto" : "",
                port,
                SERVERS.get(0),
                serverPort,
                SERVERS.get(1),
                serverPort);
    }

    private static String nginx(Path directory, int port, int serverPort) {
        Path module = streamModule();
        return String.format(
                Locale.ROOT,
                """
                %s
                daemon off;
                worker_processes 1;
                            pid %s/nginx.pid;
                error_log stderr error;
                events { worker_connections 19500; }
                stream {
                    upstream servers { server %s:%d; server %s:%d; }
                    proxy_timeout 900s;
                    server { listen 127.0.0.1:%d backlog=4096; proxy_pass servers; }
                    server { listen 127.0.0.1:%d udp; proxy_pass servers; }
                }
                """,
                module == null ? "" : "load_module " + module + ";",
                directory,
                SERVERS.get(0),
                serverPort,
                SERVERS.get(1),
                serverPort,
                port,
                port);
    }
}
