package org.lvs4j.netty;

import io.netty.channel.epoll.Epoll;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;

/**
 * A program with a relay whose process runs out of descriptors on command. Answers each line of its input with one of
 * its output: {@code fill} opens files until the limit, {@code free N} closes some of them, {@code state} prints
 * counters.
 *
 * <p>Arguments: the transport and the address of the server.
 */
final class ShortOfDescriptors {
    private ShortOfDescriptors() {}

    public static void main(String[] arguments) throws Exception {
        loadClasses();
        Director director = Loopback.director(arguments[1]);
        Deque<FileInputStream> files = new ArrayDeque<>();
        try (Relay relay = Loopback.relay(director, Protocol.TCP)
                        .transport(Transport.valueOf(arguments[0]))
                        .start();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(relay.address(Loopback.SERVICE).getPort());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "fill" -> fill(files);
                    case "free" -> free(files, Integer.parseInt(words[1]));
                    default -> {}
                }
                RelaySnapshot now = relay.snapshot();
                System.out.println("open=" + now.openConnections() + " acceptFailures=" + now.acceptFailures()
                        + " localFailures=" + now.localFailures() + " connectFailures=" + now.connectFailures()
                        + " retries=" + now.retries() + " held="
                        + director.connections().size());
            }
        }
    }

    private static void fill(Deque<FileInputStream> files) {
        try {
            while (true) {
                files.push(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // The limit has been reached.
        }
    }

    private static void free(Deque<FileInputStream> files, int most) throws IOException {
        for (int i = 0; i < most && !files.isEmpty(); i++) {
            files.pop().close();
        }
    }

    /** Loads what may be needed later: to read a file of a class takes a descriptor. */
    private static void loadClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        for (Class<?> one : List.of(Relay.class, Director.class)) {
            Path root = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file :
                        all.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String name = root.relativize(file).toString().replace('/', '.');
                    if (!name.startsWith("module-info") && !name.contains(".tun.")) {
                        String binaryName = name.substring(0, name.length() - ".class".length());
                        // Without the native library it cannot be initialized, and is not used.
                        boolean initialize = Epoll.isAvailable() || !binaryName.endsWith(".EpollSocket");
                        Class.forName(binaryName, initialize, ShortOfDescriptors.class.getClassLoader());
                    }
                }
            }
        }
    }
}
