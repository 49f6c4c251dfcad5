package org.lvs4j.examples.webcluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.lvs4j.examples.webcluster.process.FreePorts;

/** A PostgreSQL server on loopback whose user has a password. */
final class PostgresServer implements AutoCloseable {
    static final String USER = "shopkeeper";
    static final String PASSWORD = "lantern and rope";
    /** What the environment of the program says. */
    static final Map<String, String> LOGIN = Map.of("DATABASE_USER", USER, "DATABASE_PASSWORD", PASSWORD);

    private static final String MISSING =
            "SKIPPED: there is no PostgreSQL; apt-get install postgresql to run the tests on it";

    private static final long LIMIT_SECONDS = 60;
    private static final long POLL_MILLIS = 50;

    private final Path log;
    private final int port;
    private final Process process;

    private PostgresServer(Path log, int port, Process process) {
        this.log = log;
        this.port = port;
        this.process = process;
    }

    /** Starts one, or skips the test with a message. */
    static PostgresServer start(Path directory) throws IOException, InterruptedException {
        PostgresServer server = startIfInstalled(directory);
        return server != null ? server : Assumptions.abort(MISSING);
    }

    /** Starts one; prints a message and returns null if PostgreSQL is not installed. */
    static @Nullable PostgresServer startIfInstalled(Path directory) throws IOException, InterruptedException {
        Path programs = programs();
        if (programs == null) {
            System.err.println("\n*** " + MISSING + " ***\n");
            return null;
        }
        Path home = Files.createDirectory(directory.resolve("postgres"));
        Path password = Files.writeString(directory.resolve("password"), PASSWORD);
        if (isRoot()) {
            // The server refuses to run as root.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
            Files.setOwner(
                    home, home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
        Path log = directory.resolve("postgres.log");
        String data = home.resolve("data").toString();
        Process initialise = start(
                home,
                log,
                programs.resolve("initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
        if (initialise.waitFor() != 0) {
            throw new IOException("initdb has failed:\n" + Files.readString(log));
        }
        int port = FreePorts.of(1, "127.0.0.1")[0];
        Process process = start(
                home,
                log,
                programs.resolve("postgres").toString(),
                "-D",
                data,
                "-F",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-c",
                "unix_socket_directories=");
        PostgresServer server = new PostgresServer(log, port, process);
        try {
            server.awaitReady();
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Debian keeps each version in a directory of its own. */
    private static @Nullable Path programs() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(versions)) {
            try (Stream<Path> all = Files.list(versions)) {
                Path found = all.map(version -> version.resolve("bin"))
                        .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                        .max(Path::compareTo)
                        .orElse(null);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static Process start(Path home, Path log, String... command) throws IOException {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(
                    List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all", "--"));
        }
        all.addAll(List.of(command));
        return new ProcessBuilder(all)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (true) {
            try {
                DriverManager.getConnection(url("postgres"), USER, PASSWORD).close();
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("PostgreSQL does not answer:\n" + Files.readString(log), e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Makes a database, and returns its URL. */
    String create(String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("postgres"), USER, PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        return url(name);
    }

    private String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        for (ProcessHandle child : children) {
            child.destroyForcibly();
            child.onExit().join();
        }
    }
}
