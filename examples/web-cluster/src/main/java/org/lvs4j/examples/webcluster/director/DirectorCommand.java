package org.lvs4j.examples.webcluster.director;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.AdminException;
import org.lvs4j.examples.webcluster.process.Failures;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The director alone, on a machine of its own. */
@Command(
        name = "director",
        description = {
            "The first tier: the director with its health checks and dashboard. It serves until SIGTERM, and reads its"
                    + " file again at each change of it.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"1:could not start", "2:wrong usage", "3:an error in the file", "143:stopped by SIGTERM"})
public final class DirectorCommand implements Callable<Integer> {
    private static final int CONFIGURATION_ERROR = 3;
    private static final long LOOK_MILLIS = 1000;
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    @Parameters(
            paramLabel = "FILE",
            description = "The configuration: of keepalived if its name ends with .conf, else ipvsadm rules.")
    private Path file;

    @Option(
            names = "--http",
            required = true,
            paramLabel = "ADDRESS:PORT",
            description = "The virtual address and the port of HTTP.")
    private String http;

    @Option(
            names = "--https",
            required = true,
            paramLabel = "ADDRESS:PORT",
            description = "The virtual address and the port of HTTPS.")
    private String https;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:9191",
            description = "Where the dashboard, metrics and the JSON API are served (default: ${DEFAULT-VALUE}).")
    private String admin;

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "The token that changes in the dashboard need; without it, it can only be read.")
    private @Nullable Path tokenFile;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Endpoint[] listen = {endpoint("--http", http), endpoint("--https", https)};
        try {
            String token =
                    tokenFile == null ? null : Files.readString(tokenFile).strip();
            ClusterDirector.Builder builder =
                    ClusterDirector.builder(file).admin(admin, token).listener(event -> System.out.println(event));
            for (Endpoint endpoint : listen) {
                builder.listen(endpoint);
            }
            ClusterDirector director = builder.start();
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                director.stop(STOP_WITHIN);
                stopped.countDown();
            }));
            System.out.println("serving " + http + " and " + https + " as " + file + " says; dashboard at "
                    + director.adminAddress() + "/");
            followFile(director, stopped);
            return ExitCode.OK;
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            return CONFIGURATION_ERROR;
        } catch (IOException | RelayException | HealthMonitorException | AdminException | IllegalArgumentException e) {
            System.err.println("web-cluster director: " + Failures.message(e));
            return ExitCode.SOFTWARE;
        }
    }

    private void followFile(ClusterDirector director, CountDownLatch stopped) throws InterruptedException {
        String known = content();
        while (!stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            String present = content();
            if (present.equals(known) || present.isEmpty()) {
                continue;
            }
            known = present;
            try {
                director.reload();
                System.out.println(file + " has changed, and was read again");
            } catch (IOException | ConfigurationException | RuntimeException e) {
                System.err.println("nothing has been changed: " + e.getMessage());
            }
        }
    }

    /** The text of the file; empty while it cannot be read. */
    private String content() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private Endpoint endpoint(String option, String text) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '" + option + "': " + e.getMessage(), e);
        }
    }
}
