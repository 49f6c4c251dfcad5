package org.lvs4j.examples.webcluster.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ResourceServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AllowedResourceAliasChecker;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.session.DefaultSessionIdManager;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.process.FreePorts;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseUnavailableException;
import org.lvs4j.examples.webcluster.storage.OutcomeUnknownException;
import org.slf4j.LoggerFactory;

/** A web server of the shop. It serves before the database does: the pages that need it say so. */
public final class WebServer implements AutoCloseable {
    private static final int MAX_THREADS = 128;
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int IDLE_MILLIS = 30_000;
    private static final int STOP_MILLIS = 3_000;

    private final Javalin javalin;
    private final String name;
    private final int httpPort;
    private final int httpsPort;
    private final @Nullable Nginx nginx;

    private WebServer(WebSettings settings, Database database) throws IOException {
        name = settings.name();
        Path files = settings.files().toRealPath();
        Pages pages = new Pages(name);
        ErrorPages errorPages = new ErrorPages(name, pages);
        Sessions sessions =
                settings.sessions() == WebSettings.SessionStore.database ? Sessions.in(database) : Sessions.inMemory();
        LongAdder answers = new LongAdder();
        boolean behindNginx = settings.kind() == WebSettings.Kind.nginx;
        SslContextFactory.Server tls = tls(settings.certificate());
        List<ServerConnector> connectors = new ArrayList<>();
        int[] publicHttps = {settings.publicHttps()};
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 4);
        threads.setName("web");
        javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.http.prefer405over404 = true;
            config.http.maxRequestSize = MAX_BODY_BYTES;
            config.jetty.threadPool = threads;
            config.jetty.modifyServer(server -> {
                server.setStopTimeout(STOP_MILLIS);
                server.setErrorHandler(errorPages);
                DefaultSessionIdManager ids = new DefaultSessionIdManager(server);
                ids.setWorkerName("shop");
                server.addBean(ids, true);
                if (settings.rate() > 0 && !behindNginx) {
                    server.insertHandler(new PacedHandler(settings.rate()));
                }
                server.insertHandler(new SizeLimitHandler(MAX_BODY_BYTES, -1));
                server.insertHandler(new GracefulHandler());
                if (behindNginx) {
                    connectors.add(behindNginx(server));
                } else {
                    connectors.add(connector(server, settings, settings.http(), null));
                    connectors.add(connector(server, settings, settings.https(), tls));
                }
                connectors.forEach(server::addConnector);
            });
            config.jetty.modifyServletContextHandler(
                    context -> configure(context, files, settings, sessions, errorPages, answers));
            Tier tier = new Tier(settings, () -> publicHttps[0], database, sessions, pages, answers);
            addRoutes(config, tier);
        });
        javalin.start();
        int port = connectors.get(0).getLocalPort();
        if (behindNginx) {
            int[] free = FreePorts.of(2, settings.address());
            httpPort = settings.http() == 0 ? free[0] : settings.http();
            httpsPort = settings.https() == 0 ? free[1] : settings.https();
            nginx = startNginx(settings, port);
        } else {
            httpPort = port;
            httpsPort = connectors.get(1).getLocalPort();
            nginx = null;
        }
        if (publicHttps[0] == 0) {
            publicHttps[0] = httpsPort;
        }
    }

    private Nginx startNginx(WebSettings settings, int jvmPort) throws IOException {
        try {
            return Nginx.start(settings, httpPort, httpsPort, jvmPort);
        } catch (IOException e) {
            javalin.stop();
            throw e;
        }
    }

    /**
     * Starts a server.
     *
     * @throws IOException if the certificate or the files cannot be read, or a port is in use
     */
    public static WebServer start(WebSettings settings, Database database) throws IOException {
        // The schema is there before the first request if the database is.
        String outage = database.outage();
        if (outage != null) {
            // A new process is slow at first.
            outage = database.outage();
        }
        if (outage != null) {
            System.err.println(
                    settings.name() + ": the database does not answer; until it does, pages say so: " + outage);
        }
        try {
            return new WebServer(settings, database);
        } catch (RuntimeException e) {
            throw new IOException(settings.name() + " could not be started: " + reason(e), e);
        }
    }

    private static String reason(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }

    private static SslContextFactory.Server tls(Path certificate) throws IOException {
        Path password = certificate.resolveSibling(certificate.getFileName() + ".password");
        if (!Files.isReadable(certificate) || !Files.isReadable(password)) {
            throw new IOException("cannot read the certificate " + certificate + " and its password " + password);
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStoreType("PKCS12");
        tls.setKeyStorePath(certificate.toAbsolutePath().toString());
        tls.setKeyStorePassword(Files.readString(password).strip());
        return tls;
    }

    private static ServerConnector connector(
            Server server, WebSettings settings, int port, SslContextFactory.@Nullable Server tls) {
        HttpConfiguration configuration = configuration();
        configuration.addCustomizer(new TlsStart(false));
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        ServerConnector connector;
        if (tls == null) {
            connector = new ServerConnector(server, 1, 1, http);
        } else {
            // The name in the request may be any address of the director.
            configuration.addCustomizer(new SecureRequestCustomizer(false));
            connector = new ServerConnector(server, 1, 1, new SslConnectionFactory(tls, http.getProtocol()), http);
        }
        connector.setHost(settings.address());
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setAcceptQueueSize(1_024);
        return connector;
    }

    private static ServerConnector behindNginx(Server server) {
        HttpConfiguration configuration = configuration();
        configuration.addCustomizer(new ForwardedRequestCustomizer());
        configuration.addCustomizer(new TlsStart(true));
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(2L * IDLE_MILLIS);
        return connector;
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(UriCompliance.DEFAULT);
        configuration.setSendServerVersion(false);
        return configuration;
    }

    private static void configure(
            ServletContextHandler context,
            Path files,
            WebSettings settings,
            Sessions sessions,
            ErrorPages errorPages,
            LongAdder answers) {
        context.setSessionHandler(sessions);
        context.setErrorHandler(errorPages);
        context.addFilter(
                new FilterHolder(new AnswerHeaders(settings.name(), sessions, answers)),
                "/*",
                EnumSet.of(DispatcherType.REQUEST));
        ServletHolder shared = new ServletHolder("files", ResourceServlet.class);
        shared.setInitParameter("baseResource", files.toUri().toString());
        shared.setInitParameter("dirAllowed", "false");
        shared.setInitParameter("etags", "true");
        shared.setInitParameter("cacheControl", "max-age=60");
        // Nothing is kept in memory: a file that was replaced is served at once.
        shared.setInitParameter("maxCacheSize", "0");
        context.addServlet(shared, "/files/*");
        // A symbolic link is followed to files of the same directory only.
        context.setAliasChecks(List.of(new AllowedResourceAliasChecker(
                context, ResourceFactory.of(context).newResource(files))));
    }

    private static void addRoutes(JavalinConfig config, Tier tier) {
        config.routes.before(WebServer::requireOwnOrigin);
        ShopRoutes.add(config.routes, tier);
        AccountRoutes.add(config.routes, tier);
        OrderRoutes.add(config.routes, tier);
        GuestBookRoutes.add(config.routes, tier);
        ServerRoutes.add(config.routes, tier);
        config.routes.exception(Problem.class, (e, context) -> problem(tier, context, e));
        config.routes.exception(
                HttpResponseException.class, (e, context) -> problem(tier, context, ErrorPages.problem(e.getStatus())));
        config.routes.exception(DatabaseUnavailableException.class, (e, context) -> outage(tier, context, e));
        config.routes.exception(Exception.class, (e, context) -> failure(tier, context, e));
    }

    /** Forms of other sites are refused. Browsers say which site a form is of. */
    private static void requireOwnOrigin(Context context) {
        String origin = context.header("Origin");
        if (origin == null || !context.method().name().equals("POST")) {
            return;
        }
        if (!hostOf(origin.replaceFirst("^https?://", "")).equals(hostOf(String.valueOf(context.header("Host"))))) {
            throw new Problem(403, "Not from there", "This form was sent from another site.");
        }
    }

    private static String hostOf(String authority) {
        return authority.replaceFirst(":[0-9]*$", "");
    }

    private static void problem(Tier tier, Context context, Problem problem) {
        if (problem.status() == 413) {
            // As in ErrorPages: the rest of the request is not read.
            context.header("Connection", "close");
        }
        tier.pages()
                .show(
                        tier.visit(context),
                        problem.status(),
                        "problem",
                        problem.title(),
                        Map.of("status", problem.status(), "text", problem.text()));
    }

    private static void outage(Tier tier, Context context, DatabaseUnavailableException e) {
        context.header("Retry-After", "2");
        String text = e instanceof OutcomeUnknownException
                ? "The connection to the database broke while it was saving. It may have saved all or nothing: go back and"
                        + " send the form again. An order that was saved is not placed twice."
                : ErrorPages.DATABASE_DOWN;
        problem(tier, context, new Problem(503, "We will be right back", text));
    }

    private static void failure(Tier tier, Context context, Exception e) {
        if (e instanceof HttpException broken) {
            problem(tier, context, ErrorPages.problem(broken.getCode()));
            return;
        }
        LoggerFactory.getLogger(WebServer.class).error("{} {} failed", context.method(), context.path(), e);
        problem(tier, context, ErrorPages.problem(500));
    }

    /** The port of HTTP. */
    public int httpPort() {
        return httpPort;
    }

    /** The port of HTTPS. */
    public int httpsPort() {
        return httpsPort;
    }

    /** Closes the ports, finishes the requests that have begun, and ends. */
    @Override
    public void close() {
        if (nginx != null) {
            nginx.close();
        }
        javalin.stop();
    }

    @Override
    public String toString() {
        return name;
    }
}
