package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.lvs4j.net.Endpoint;

/** A real nginx on a free port. Every page except those below {@code /files/} contains its name. */
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
                    listen %2$s backlog=4096;
                    location / { %3$s }
                    location /probe { access_log %1$s/probes; %3$s }
                    location /files/ { alias %5$s/; }
                }
            }
            """;

    private final String name;
    private final String endpoint;
    private final Path home;
    private final List<String> command;
    /** Whether it may be in another network namespace, where the test cannot connect to it. */
    private final boolean elsewhere;

    private Process process;

    private Nginx(String name, String endpoint, Path home, List<String> command, boolean elsewhere) throws IOException {
        this.name = name;
        this.endpoint = endpoint;
        this.home = home;
        this.command = command;
        this.elsewhere = elsewhere;
        process = launch();
    }

    static Nginx start(String name, Path directory, Path files) throws IOException, InterruptedException {
        String page = "default_type text/plain; return 200 \"" + name + "\\n\";";
        return start(name, directory, files, List.of(), "127.0.0.1", page);
    }

    /**
     * Starts a server.
     *
     * @param prefix the words before its command, which may run it in a network namespace
     * @param host the address at which it listens
     * @param page what it does with requests, as directives of a location
     */
    static Nginx start(String name, Path directory, Path files, List<String> prefix, String host, String page)
            throws IOException, InterruptedException {
        Path program = Programs.require("nginx", "nginx-light");
        for (int attempt = 0; attempt < 5; attempt++) {
            Path home = Files.createTempDirectory(directory, name);
            String endpoint = host + ":" + FreePort.next();
            String user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
            Path configuration = Files.writeString(
                    home.resolve("nginx.conf"), CONFIGURATION.formatted(home, endpoint, page, user, files));
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of("/bin/sh", "-c", "ulimit -n $(ulimit -Hn); exec \"$@\"", "sh"));
            command.addAll(List.of(program.toString(), "-p", home.toString(), "-e", "stderr"));
            command.addAll(List.of("-c", configuration.toString()));
            Nginx nginx = new Nginx(name, endpoint, home, command, !prefix.isEmpty());
            if (nginx.listens()) {
                return nginx;
            }
            nginx.close();
        }
        throw new IOException("nginx does not start; see its log below " + directory);
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                .start();
    }

    /** Starts it once more at the same address after {@link #kill}. */
    void restart() throws IOException, InterruptedException {
        process = launch();
        if (!listens()) {
            throw new IOException("nginx does not start again at " + endpoint);
        }
    }

    private boolean listens() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (elsewhere ? ServerProgram.listens(process, address().getPort()) : accepts()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(address(), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        Endpoint at = Endpoint.parse(endpoint);
        return new InetSocketAddress(at.address().toInetAddress(), at.port());
    }

    /** Its address in the form of rules. */
    String endpoint() {
        return endpoint;
    }

    /** How many requests for the page {@code /probe} it has answered. */
    long probes() {
        try (Stream<String> lines = Files.lines(home.resolve("probes"))) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** Sends a signal such as KILL or STOP to all of its processes at the same time. */
    void signal(String signal) throws IOException, InterruptedException {
        List<String> kill = new ArrayList<>(List.of("kill", "-" + signal, Long.toString(process.pid())));
        process.descendants().forEach(worker -> kill.add(Long.toString(worker.pid())));
        Programs.run(kill.toArray(String[]::new)).outputOfSuccess();
    }

    @Override
    public void close() {
        // The fast shutdown of nginx: no process outlives the test.
        process.destroy();
        process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        kill();
    }
}
