package org.lvs4j.examples.webcluster.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;

/**
 * The third tier on one host: the database H2 as a server, whose file is in {@code DIRECTORY/database}, and the static
 * files in {@code DIRECTORY/files}, which the web servers read through a shared file system.
 *
 * <p>An orderly stop loses nothing that was confirmed. After SIGKILL, H2 has been seen to come back without the last
 * commits, and after a full disk without many: PostgreSQL is for more than a trial.
 */
public final class StorageServer implements AutoCloseable {
    private static final String NAME = "shop";

    private final Server server;
    private final Connection first;
    private final String address;

    private StorageServer(Server server, Connection first, String address) {
        this.server = server;
        this.first = first;
        this.address = address;
    }

    /**
     * Starts the database and creates what the directory lacks.
     *
     * @param address where the database listens. H2 has one such address for each process, that of the first server.
     * @param port 0 for a free one
     * @param user the owner of the database, who is created with it
     * @throws IOException if the directory or the port cannot be used, or the password is not that of the database
     */
    public static StorageServer start(String address, int port, Path directory, String user, String password)
            throws IOException {
        Path database = Files.createDirectories(directory.resolve("database")).toAbsolutePath();
        SharedFiles.seed(directory.resolve("files"));
        // Read once, when H2 is loaded.
        System.setProperty("h2.bindAddress", address);
        Server server = null;
        Connection first = null;
        try {
            // Keeps the database open, and creates it, which clients of the server cannot do.
            first = DriverManager.getConnection(
                    "jdbc:h2:" + database.resolve(NAME) + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE", user, password);
            server = Server.createTcpServer(
                            "-tcpPort", Integer.toString(port), "-tcpAllowOthers", "-baseDir", database.toString())
                    .start();
            return new StorageServer(server, first, address);
        } catch (SQLException e) {
            if (server != null) {
                server.stop();
            }
            closeQuietly(first);
            throw new IOException("the database in " + database + " could not be started: " + e.getMessage(), e);
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // The process or the start of the server ends anyway.
        }
    }

    /** The JDBC URL of the database for clients. */
    public String url() {
        return "jdbc:h2:tcp://" + address + ":" + server.getPort() + "/" + NAME;
    }

    @Override
    public void close() {
        server.stop();
        closeQuietly(first);
    }
}
