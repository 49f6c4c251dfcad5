package org.lvs4j.examples.webcluster.web;

import com.samskivert.mustache.Mustache;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An nginx in front of the JVM, with a configuration in a temporary directory. It ends with the JVM, also when that is
 * killed: a shell beside it waits for the end of its standard input, which the JVM never writes.
 */
final class Nginx implements AutoCloseable {
    private static final int START_SECONDS = 20;
    private static final int STOP_SECONDS = 4;
    /** The most requests that wait for their turn: those of 30 s, as in {@link PacedHandler}. */
    private static final int WAIT_SECONDS = 30;

    private static final String WATCH = """
            jvm=$1
            directory=$2
            shift 2
            exec 3<&0
            "$@" </dev/null &
            nginx=$!
            trap '' INT TERM HUP
            ( read -r signal; kill -s "${signal:-TERM}" $nginx 2>/dev/null ) <&3 &
            watcher=$!
            wait $nginx
            status=$?
            kill $watcher 2>/dev/null
            kill -0 "$jvm" 2>/dev/null || rm -rf "$directory"
            exit $status
            """;

    private final Path directory;
    private final Process process;

    private Nginx(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /**
     * Starts nginx and waits until it listens.
     *
     * @param http its port of HTTP, not 0
     * @param https its port of HTTPS, not 0
     * @param jvmPort the port of the JVM, on 127.0.0.1
     */
    static Nginx start(WebSettings settings, int http, int https, int jvmPort) throws IOException {
        Path program = program();
        Path directory = Files.createTempDirectory("web-cluster-nginx-");
        try {
            Files.write(directory.resolve("mime.types"), Pages.resource("mime.types"));
            Path configuration = directory.resolve("nginx.conf");
            Files.writeString(configuration, configuration(settings, http, https, jvmPort, directory));
            Process process = new ProcessBuilder(
                            "setsid",
                            "sh",
                            "-c",
                            WATCH,
                            "nginx",
                            Long.toString(ProcessHandle.current().pid()),
                            directory.toString(),
                            program.toString(),
                            "-e",
                            "stderr",
                            "-p",
                            directory.toString(),
                            "-c",
                            configuration.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(directory.resolve("errors").toFile())
                    .start();
            Nginx nginx = new Nginx(directory, process);
            nginx.awaitListening(settings.address(), http);
            return nginx;
        } catch (IOException e) {
            delete(directory);
            throw e;
        }
    }

    private static Path program() throws IOException {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, "nginx"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("--kind nginx needs the program nginx: install it, for example with"
                        + " \"apt-get install nginx-light\", or choose --kind jvm"));
    }

    /** Whether nginx is installed. */
    static boolean installed() {
        try {
            program();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String configuration(WebSettings settings, int http, int https, int jvmPort, Path directory)
            throws IOException {
        Path certificate = settings.certificate().toRealPath();
        String user = System.getProperty("user.name", "");
        Map<String, Object> model = Map.ofEntries(
                // Otherwise the workers of root would run as a user who cannot read the files.
                Map.entry("user", user.equals("root") ? user : false),
                Map.entry("directory", plain(directory)),
                Map.entry("certificate", plain(certificate.resolveSibling("server.pem"))),
                Map.entry("key", plain(certificate.resolveSibling("server.key"))),
                Map.entry("files", plain(settings.files().toRealPath())),
                Map.entry("name", settings.name()),
                Map.entry("address", settings.address()),
                Map.entry("http", http),
                Map.entry("https", https),
                Map.entry("jvmPort", jvmPort),
                Map.entry("rate", settings.rate() == 0 ? false : settings.rate()),
                Map.entry("burst", Math.min(settings.rate() * WAIT_SECONDS, 1_000_000)));
        return Mustache.compiler()
                .escapeHTML(false)
                .withLoader(Nginx::template)
                .compile(template("nginx"))
                .execute(model);
    }

    private static StringReader template(String name) {
        return new StringReader(new String(Pages.resource(name + ".conf"), StandardCharsets.UTF_8));
    }

    private static String plain(Path path) throws IOException {
        String text = path.toString();
        if (!text.matches("[^\"'\\\\$;{}\\p{Cntrl}]+")) {
            throw new IOException("nginx cannot take this path, which has quotes or other special characters: " + text);
        }
        return text;
    }

    private void awaitListening(String address, int port) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            if (!process.isAlive()) {
                throw new IOException("nginx ended instead of starting: " + errors());
            }
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(address, port), 500);
                return;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    close();
                    throw new IOException("nginx did not start within " + START_SECONDS + " s: " + errors(), e);
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nginx was starting", e);
        }
    }

    private String errors() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("errors"));
        return lines.isEmpty() ? "it printed nothing" : lines.get(0);
    }

    /** Lets nginx finish its requests, and removes its directory. */
    @Override
    public void close() {
        if (!stop("QUIT")) {
            process.destroyForcibly();
        }
        delete(directory);
    }

    private boolean stop(String signal) {
        try (var input = process.getOutputStream()) {
            input.write((signal + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
            // A client that keeps its connection open: nginx is told to end at once.
            process.descendants().forEach(ProcessHandle::destroy);
            return process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // A file that cannot be deleted stays in the directory of temporary files.
        }
    }
}
