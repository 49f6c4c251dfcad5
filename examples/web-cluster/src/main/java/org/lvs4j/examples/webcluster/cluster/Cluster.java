package org.lvs4j.examples.webcluster.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.director.ClusterConfiguration;
import org.lvs4j.examples.webcluster.director.ClusterDirector;
import org.lvs4j.examples.webcluster.director.ConfigurationException;
import org.lvs4j.examples.webcluster.director.ConfigurationFormat;
import org.lvs4j.examples.webcluster.process.ChildProcess;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.SharedFiles;
import org.lvs4j.examples.webcluster.storage.StorageCommand;
import org.lvs4j.examples.webcluster.visitors.Site;
import org.lvs4j.examples.webcluster.web.Certificates;
import org.lvs4j.examples.webcluster.web.WebCommand;
import org.lvs4j.net.Endpoint;

/**
 * A whole web cluster on this machine. The director is in this process; each web server, and the database, is a process
 * of its own. Everything that changes the list of servers goes through the configuration file, which is written and then
 * read again by the director. Thread-safe. Closing it ends every process, releases every port and deletes what is
 * temporary.
 */
public final class Cluster implements AutoCloseable {
    /** The most web servers. */
    public static final int MAX_SERVERS = 16;

    private static final String VIRTUAL_ADDRESS = "127.0.0.1";
    private static final String SERVER_NETWORK = "127.0.1.";
    private static final int FIRST_SERVER = 11;
    private static final int SECRET_BYTES = 16;
    private static final Duration SERVERS_WAIT = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 50;
    private static final Duration DATABASE_WAIT = Duration.ofSeconds(6);
    private static final String USER = "DATABASE_USER";
    private static final String PASSWORD = "DATABASE_PASSWORD";
    private static final List<String> JVM_OPTIONS =
            List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

    private final ClusterOptions options;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<WebNode> servers = new CopyOnWriteArrayList<>();
    private final WorkingDirectory directory;
    private final String token = secret();
    private final String databasePassword;
    private final int http;
    private final int https;
    private final ClusterDirector director;
    private final Site site;
    private ClusterConfiguration configuration;
    private @Nullable ChildProcess database;
    private volatile String jdbcUrl;
    private boolean closed;

    private Cluster(ClusterOptions options, int size, UnaryOperator<ClusterConfiguration> change)
            throws IOException, ConfigurationException {
        this.options = options;
        try {
            directory = opened(WorkingDirectory.open(options.directory()));
            databasePassword = directory.secret("database.password", secret());
            List<String> addresses = Stream.concat(
                            Stream.of(VIRTUAL_ADDRESS), IntStream.range(0, size).mapToObj(Cluster::serverAddress))
                    .toList();
            http = Ports.free(options.http(), options.https(), addresses);
            https = Ports.free(options.https(), http, addresses);
            List<String> certified = new ArrayList<>(List.of("localhost"));
            certified.addAll(addresses);
            Certificates.create(path("tls"), certified);
            site = Site.of(VIRTUAL_ADDRESS, http, https, authority());
            SharedFiles.seed(path("files"));
            jdbcUrl = options.database() != null ? options.database() : startDatabase(0);
            requireDatabase();
            startServers(size);
            configuration = change.apply(ClusterConfiguration.of(VIRTUAL_ADDRESS, http, https));
            for (WebNode node : servers) {
                configuration = configuration.withServer(node.name(), node.address());
            }
            configuration.write(directory.path());
            director = opened(ClusterDirector.builder(configurationFile())
                    .listen(endpoint(http))
                    .listen(endpoint(https))
                    .admin(options.admin(), token)
                    .start());
        } catch (IOException | ConfigurationException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a cluster and waits until everything listens.
     *
     * @param size the number of web servers, 1 to {@value #MAX_SERVERS}
     */
    public static Cluster start(ClusterOptions options, int size) throws IOException, ConfigurationException {
        return start(options, size, configuration -> configuration);
    }

    /** Starts a cluster whose configuration is changed first. */
    public static Cluster start(ClusterOptions options, int size, UnaryOperator<ClusterConfiguration> change)
            throws IOException, ConfigurationException {
        return new Cluster(options, size, change);
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static String serverAddress(int index) {
        return SERVER_NETWORK + (FIRST_SERVER + index);
    }

    private static Endpoint endpoint(int port) {
        return Endpoint.parse(VIRTUAL_ADDRESS + ":" + port);
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (parts) {
            parts.add(part);
            if (!closed) {
                return part;
            }
        }
        try {
            part.close();
        } catch (Exception e) {
            System.err.println("could not close " + part + ": " + e);
        }
        throw new IllegalStateException("the cluster is being stopped");
    }

    private Path path(String name) {
        return directory.path().resolve(name);
    }

    // ---- the third tier

    private String startDatabase(int port) throws IOException {
        ChildProcess process = opened(ChildProcess.start(
                "storage",
                JVM_OPTIONS,
                databaseLogin(),
                StorageCommand.class,
                List.of(
                        "--child",
                        "--address",
                        VIRTUAL_ADDRESS,
                        "--port",
                        String.valueOf(port),
                        "--directory",
                        directory.path().toString())));
        database = process;
        return process.ready();
    }

    private void requireDatabase() throws IOException {
        long end = System.nanoTime() + DATABASE_WAIT.toNanos();
        try (Database opened = openDatabase()) {
            String outage = opened.outage();
            while (outage != null && System.nanoTime() < end) {
                outage = opened.outage();
            }
            if (outage != null) {
                throw new IOException("the database " + jdbcUrl
                        + " does not answer, or refuses the user and password of the environment's " + USER + " and "
                        + PASSWORD + ": " + outage);
            }
        }
    }

    /** Whether the database is a process of this cluster. */
    public boolean ownsDatabase() {
        return database != null;
    }

    /** Stops the database in order. */
    public void stopDatabase() {
        ownDatabase().close();
    }

    /** Starts the database again, at the same address with the same data. */
    public void startDatabase() throws IOException {
        ownDatabase().close();
        int colon = jdbcUrl.lastIndexOf(':');
        startDatabase(Integer.parseInt(jdbcUrl.substring(colon + 1, jdbcUrl.indexOf('/', colon))));
    }

    private ChildProcess ownDatabase() {
        ChildProcess own = database;
        if (own == null) {
            throw new IllegalStateException("the database is not a process of this cluster");
        }
        return own;
    }

    /** The process of the database; null if it is not one of this cluster. */
    public @Nullable ChildProcess database() {
        return database;
    }

    /** Opens the database of the shop, whose schema is up to date then. The caller closes it. */
    public Database openDatabase() {
        Map<String, String> login = databaseLogin();
        return Database.open(jdbcUrl, login.getOrDefault(USER, ""), login.getOrDefault(PASSWORD, ""));
    }

    /** The user and password of the database, as the web servers have them in their environment. */
    private Map<String, String> databaseLogin() {
        if (options.database() == null) {
            return Map.of(USER, "shop", PASSWORD, databasePassword);
        }
        Map<String, String> login = new HashMap<>(System.getenv());
        login.keySet().retainAll(Set.of(USER, PASSWORD));
        return login;
    }

    // ---- the second tier

    private void startServers(int size) throws IOException {
        for (int i = 0; i < size; i++) {
            servers.add(newNode());
        }
        for (WebNode node : servers) {
            warmUp(node);
        }
    }

    /** Waits until a web server answers, and lets it answer once, which is slow in a new JVM. */
    private void warmUp(WebNode node) throws IOException {
        node.process().ready();
        site.at(node.address()).text("/");
    }

    private WebNode newNode() throws IOException {
        int index = servers.size();
        String name = "web" + (index + 1);
        String address = serverAddress(index);
        return new WebNode(name, address, http, startServer(name, address));
    }

    private ChildProcess startServer(String name, String address) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--child",
                "--name",
                name,
                "--address",
                address,
                "--http",
                String.valueOf(http),
                "--https",
                String.valueOf(https),
                "--database",
                jdbcUrl,
                "--files",
                path("files").toString(),
                "--certificate",
                path("tls").resolve("server.p12").toString(),
                "--kind",
                options.kind(),
                "--sessions",
                options.sessions()));
        if (options.rate() > 0) {
            arguments.addAll(List.of("--rate", String.valueOf(options.rate())));
        }
        return opened(ChildProcess.start(name, JVM_OPTIONS, databaseLogin(), WebCommand.class, arguments));
    }

    /** The web servers, also those that are not in service. */
    public List<WebNode> servers() {
        return List.copyOf(servers);
    }

    /** Starts another web server, and adds it to the configuration file when it answers. */
    public synchronized WebNode addServer() throws IOException, ConfigurationException {
        if (servers.size() == MAX_SERVERS) {
            throw new IllegalStateException("there are " + MAX_SERVERS + " web servers, the most");
        }
        WebNode node = newNode();
        warmUp(node);
        servers.add(node);
        configure(present -> present.withServer(node.name(), node.address()));
        return node;
    }

    /** Starts the process of a web server again. The director finds it by its check. */
    public void restart(WebNode node) throws IOException {
        node.process().close();
        ChildProcess process = startServer(node.name(), node.address());
        node.replace(process);
        warmUp(node);
    }

    // ---- the first tier

    /** Changes the configuration file, and lets the director read it again. */
    public synchronized void configure(UnaryOperator<ClusterConfiguration> change)
            throws IOException, ConfigurationException {
        configuration = change.apply(configuration);
        configuration.write(directory.path());
        director.reload();
    }

    /** Waits until every server of the configuration is in service: a check may have found one too slow at its start. */
    public void awaitServers() throws InterruptedException {
        long end = System.nanoTime() + SERVERS_WAIT.toNanos();
        int wanted = configuration().servers().size();
        while (director.service().servers().size() < wanted && System.nanoTime() < end) {
            Thread.sleep(LOOK_MILLIS);
        }
    }

    public ClusterDirector director() {
        return director;
    }

    /** What the configuration file says. */
    public synchronized ClusterConfiguration configuration() {
        return configuration;
    }

    /** The file that the director runs. */
    public Path configurationFile() {
        return path(options.format().fileName());
    }

    /** The same in the other language. */
    public Path otherConfigurationFile() {
        return path((options.format() == ConfigurationFormat.RULES
                        ? ConfigurationFormat.KEEPALIVED
                        : ConfigurationFormat.RULES)
                .fileName());
    }

    /** The directory of the static files, which all web servers share. */
    public Path files() {
        return path("files");
    }

    /** The certificate of the authority of this cluster, in PEM format. */
    public Path authority() {
        return path("tls").resolve("authority.pem");
    }

    public Site site() {
        return site;
    }

    /** The URL of the site. */
    public String url(boolean secure) {
        return (secure ? "https://" : "http://") + VIRTUAL_ADDRESS + ":" + (secure ? https : http) + "/";
    }

    /** The URL of the dashboard. */
    public String dashboard() {
        return director.adminAddress() + "/";
    }

    /** What changes in the dashboard need. */
    public String token() {
        return token;
    }

    /** Stops everything. Idempotent. */
    @Override
    public void close() {
        List<AutoCloseable> open;
        synchronized (parts) {
            if (closed) {
                return;
            }
            closed = true;
            open = new ArrayList<>(parts);
        }
        for (AutoCloseable part : open) {
            if (part instanceof ChildProcess process) {
                process.requestStop();
            }
        }
        Collections.reverse(open);
        for (AutoCloseable part : open) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("could not close " + part + ": " + e);
            }
        }
    }
}
