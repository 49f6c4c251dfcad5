package org.lvs4j.examples.webcluster.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lvs4j.examples.webcluster.process.Failures;
import org.lvs4j.examples.webcluster.process.ParentLink;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that runs the third tier. */
@Command(
        name = "storage",
        sortOptions = false,
        description = {
            "Runs the database of the shop, and puts its pictures into a directory that all web servers share.",
            "",
            "The owner of the database is in the environment variables DATABASE_USER and DATABASE_PASSWORD.",
            ""
        })
public final class StorageCommand implements Callable<Integer> {
    @Option(
            names = "--address",
            paramLabel = "A",
            defaultValue = "127.0.0.1",
            description = "Where the database listens (default: ${DEFAULT-VALUE}).")
    private String address;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "0",
            description = "The port of the database (default: a free one).")
    private int port;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "Holds the database, in database/, and the static files, in files/.")
    private Path directory;

    @Option(names = "--child", hidden = true)
    private boolean child;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** The process of this command alone, as a cluster starts it. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new StorageCommand()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(spec.commandLine(), "--port: expected 0 to 65535");
        }
        String user = environment("DATABASE_USER");
        String password = environment("DATABASE_PASSWORD");
        try {
            StorageServer server = StorageServer.start(address, port, directory, user, password);
            if (child) {
                ParentLink.serve(server.url(), server::close);
            } else {
                System.out.println("database  " + server.url());
                System.out.println("files     " + directory.resolve("files"));
                ParentLink.serveUntilSignal(server::close);
            }
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            System.err.println("storage: " + Failures.message(e));
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private String environment(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "set the environment variable " + name + ": it is for the owner of the database");
        }
        return value;
    }
}
