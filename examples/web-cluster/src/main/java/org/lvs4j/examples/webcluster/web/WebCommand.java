package org.lvs4j.examples.webcluster.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lvs4j.examples.webcluster.process.Failures;
import org.lvs4j.examples.webcluster.process.ParentLink;
import org.lvs4j.examples.webcluster.storage.Database;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that runs a web server. */
@Command(
        name = "web",
        sortOptions = false,
        description = {
            "Runs a web server of the shop.",
            "",
            "The user of the database is in the environment variables DATABASE_USER and DATABASE_PASSWORD. The file of"
                    + " the certificate has its password in a file beside it, whose name ends in .password.",
            ""
        })
public final class WebCommand implements Callable<Integer> {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "web1",
            description = "The name in pages and headers (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(
            names = "--address",
            paramLabel = "A",
            defaultValue = "127.0.0.1",
            description = "Where the server listens (default: ${DEFAULT-VALUE}).")
    private String address;

    @Option(
            names = "--http",
            paramLabel = "P",
            defaultValue = "0",
            description = "The port of HTTP (default: a free one).")
    private int http;

    @Option(
            names = "--https",
            paramLabel = "P",
            defaultValue = "0",
            description = "The port of HTTPS (default: a free one).")
    private int https;

    @Option(
            names = "--public-https",
            paramLabel = "P",
            defaultValue = "0",
            description = "The port of HTTPS that clients connect to, for redirects (default: that of --https).")
    private int publicHttps;

    @Option(
            names = "--database",
            paramLabel = "URL",
            required = true,
            description = "The JDBC URL of the database, H2 or PostgreSQL.")
    private String database;

    @Option(
            names = "--files",
            paramLabel = "DIR",
            required = true,
            description = "The directory that is served under /files/.")
    private Path files;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            required = true,
            description =
                    "The certificate and its key, PKCS#12. With nginx, server.pem and server.key beside it are used.")
    private Path certificate;

    @Option(
            names = "--sessions",
            paramLabel = "WHERE",
            defaultValue = "memory",
            description = "Where sessions are kept: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private WebSettings.SessionStore sessions;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "jvm",
            description = "What listens: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private WebSettings.Kind kind;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Answer at most N requests a second; others wait (default: no limit).")
    private int rate;

    @Option(names = "--child", hidden = true)
    private boolean child;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** The process of this command alone, as a cluster starts it. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new WebCommand()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        String user = System.getenv("DATABASE_USER");
        String password = System.getenv("DATABASE_PASSWORD");
        if (user == null) {
            throw invalid("set the environment variables DATABASE_USER and DATABASE_PASSWORD");
        }
        WebSettings settings =
                new WebSettings(name, address, http, https, publicHttps, files, certificate, sessions, kind, rate);
        Database opened;
        try {
            opened = Database.open(database, user, password == null ? "" : password);
        } catch (IllegalArgumentException e) {
            throw invalid("--database: " + e.getMessage());
        }
        try (opened) {
            WebServer server = WebServer.start(settings, opened);
            if (child) {
                ParentLink.serve(address + ":" + server.httpPort(), () -> close(server, opened));
            } else {
                System.out.println(name + "  http://" + address + ":" + server.httpPort() + "/  https://" + address
                        + ":" + server.httpsPort() + "/");
                ParentLink.serveUntilSignal(() -> close(server, opened));
            }
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            System.err.println("web: " + Failures.message(e));
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static void close(WebServer server, Database database) {
        server.close();
        database.close();
    }

    private void check() {
        if (!name.matches("[A-Za-z0-9._-]{1,40}")) {
            throw invalid("--name: expected up to 40 letters, digits, dots, hyphens or underscores");
        }
        for (int port : new int[] {http, https, publicHttps}) {
            if (port < 0 || port > 65_535) {
                throw invalid("expected a port from 0 to 65535: " + port);
            }
        }
        if (rate < 0 || rate > 1_000_000) {
            throw invalid("--rate: expected 0 to 1000000");
        }
        if (!Files.isDirectory(files)) {
            throw invalid("--files: no such directory: " + files);
        }
    }

    private ParameterException invalid(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
