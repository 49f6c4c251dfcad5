package org.lvs4j.examples.webcluster.web;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.lvs4j.examples.webcluster.process.Failures;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that creates the certificate of the web servers. */
@Command(
        name = "certificate",
        sortOptions = false,
        description = {"Creates an authority and a certificate for all web servers of a cluster, valid for 30 days.", ""
        })
public final class CertificateCommand implements Callable<Integer> {
    @Option(
            names = "--directory",
            paramLabel = "DIR",
            required = true,
            description = "Receives authority.pem, server.p12, server.p12.password, server.pem and server.key.")
    private Path directory;

    @Parameters(
            paramLabel = "NAME",
            arity = "1..*",
            description = "The names and IP addresses that clients connect to.")
    private List<String> names;

    @Option(names = "--help", usageHelp = true, description = "Show this text and exit.")
    private boolean help;

    @Override
    public Integer call() {
        try {
            Certificates.create(directory, names);
            return CommandLine.ExitCode.OK;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("certificate: " + Failures.message(e));
            return CommandLine.ExitCode.SOFTWARE;
        }
    }
}
