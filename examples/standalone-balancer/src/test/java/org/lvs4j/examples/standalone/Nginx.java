package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real nginx on a free port of loopback. Every page except those below {@code /files/} contains its name. */
final class Nginx implements AutoCloseable {
    private static final String CONFIGURATION = """
            daemon off;
            worker_processes 1;
            pid %1$s/nginx.pid;
            %4$s
            events { worker_connections 10000; }
            http {
                access_log off;
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;
                keepalive_timeout 600s;
                keepalive_requests 1000000;
                client_header_timeout 600s;
                send_timeout 600s;
                server {
                    listen 127.0.0.1:%2$d backlog=4096;
                    location / { default_type text/plain; return 200 "%3$s\\n"; }
                    location /files/ { alias %5$s/; }
                }
            }
            """;

    private final String name;
    private final int port;
    private final Process process;

    private Nginx(String name, int port, Process process) {
        this.name = name;
        this.port = port;
        this.process = process;
    }

    static Nginx start(String name, Path directory, Path files) throws IOException, InterruptedException {
        Path program = Programs.require("nginx", "nginx-light");
        for (int attempt = 0; attempt < 5; attempt++) {
            Path home = Files.createTempDirectory(directory, name);
            int port = FreePort.next();
            String user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
            Path configuration = Files.writeString(
                    home.resolve("nginx.conf"), CONFIGURATION.formatted(home, port, name, user, files));
            Process process = new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            "ulimit -n $(ulimit -Hn); exec \"$@\"",
                            "sh",
                            program.toString(),
                            "-p",
                            home.toString(),
                            "-e",
                            "stderr",
                            "-c",
                            configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("log").toFile())
                    .start();
            Nginx nginx = new Nginx(name, port, process);
            if (nginx.listens()) {
                return nginx;
            }
            nginx.close();
        }
        throw new IOException("nginx does not start; see its log below " + directory);
    }

    private boolean listens() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(address(), 1000);
                return true;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        return false;
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Its address in the form of rules. */
    String endpoint() {
        return "127.0.0.1:" + port;
    }

    /** Kills the processes at once, like a crash. */
    void kill() {
        List<ProcessHandle> workers = process.descendants().toList();
        // The master first: it would replace a killed worker.
        process.destroyForcibly().onExit().join();
        for (ProcessHandle worker : workers) {
            worker.destroyForcibly();
            worker.onExit().join();
        }
    }

    @Override
    public void close() {
        // The fast shutdown of nginx: no process outlives the test.
        process.destroy();
        process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        kill();
    }
}
