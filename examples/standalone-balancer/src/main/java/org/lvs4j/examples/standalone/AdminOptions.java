package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminException;
import org.lvs4j.admin.AdminServer;
import picocli.CommandLine.Option;

/** The options of {@code run} about the admin endpoint. */
final class AdminOptions {
    private static final int MAX_TOKEN_BYTES = 4096;
    private static final String UNIX = "unix:";

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS:PORT",
            description = "Serves metrics for Prometheus and a JSON API over HTTP, such as at 127.0.0.1:9110, or at"
                    + " unix:PATH, a socket for the owner only (default: no such endpoint).")
    private @Nullable String address;

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "The token that changes over the endpoint need, and that everything needs at an address that"
                    + " other hosts reach; at least 16 characters (default: no token; at TCP the endpoint only reads).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--admin-cert",
            paramLabel = "FILE",
            description = "The certificate chain of the endpoint, in PEM format: it then serves HTTPS.")
    private @Nullable Path certificate;

    @Option(
            names = "--admin-key",
            paramLabel = "FILE",
            description = "The private key of --admin-cert, in PEM format (PKCS#8).")
    private @Nullable Path key;

    @Option(
            names = "--admin-plain-text",
            description = "Serves plain HTTP at an address that other hosts reach: they can see the token.")
    private boolean plainText;

    @Option(
            names = "--admin-host",
            paramLabel = "NAME",
            description = "A host name in URLs of the endpoint, beside addresses and localhost. May be repeated.")
    private List<String> hosts = new ArrayList<>();

    /**
     * Refuses options that are wrong or do not fit together, before anything is started or taken over.
     *
     * @throws IllegalArgumentException naming them
     * @throws StartException if a file or a directory cannot be used
     */
    void check() throws StartException {
        if (address == null
                && (tokenFile != null || certificate != null || key != null || plainText || !hosts.isEmpty())) {
            throw new IllegalArgumentException("the options --admin-... are only for --admin");
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("--admin-cert and --admin-key belong together");
        }
        if (certificate != null && plainText) {
            throw new IllegalArgumentException("--admin-plain-text: with --admin-cert the endpoint serves HTTPS");
        }
        if (address != null) {
            try {
                builder(Director.create()).check();
            } catch (IllegalArgumentException e) {
                String options = String.valueOf(e.getMessage()).contains("no loopback")
                        ? " (--admin-token-file; --admin-cert and --admin-key, or --admin-plain-text)"
                        : "";
                throw new IllegalArgumentException("--admin: " + e.getMessage() + options, e);
            } catch (AdminException e) {
                throw new StartException("--admin: " + e.getMessage(), e);
            }
        }
    }

    /** Whether there is to be an endpoint. */
    boolean given() {
        return address != null;
    }

    /**
     * A builder of the endpoint.
     *
     * @throws StartException if the token cannot be read
     */
    AdminServer.Builder builder(Director director) throws StartException {
        AdminServer.Builder builder = AdminServer.builder(director);
        if (address != null) {
            requireTrusted(address);
            builder.listen(address);
        }
        if (tokenFile != null) {
            builder.token(token(tokenFile));
        }
        if (certificate != null && key != null) {
            builder.tls(certificate, key);
        }
        if (plainText) {
            builder.plainText();
        }
        hosts.forEach(builder::host);
        return builder;
    }

    /** As for the control socket: where others can replace it, they would get what operators send to it. */
    private static void requireTrusted(String address) throws StartException {
        if (address.startsWith(UNIX) && address.length() > UNIX.length()) {
            try {
                TrustedPath.requireForAdmin(Path.of(address.substring(UNIX.length())));
            } catch (IOException e) {
                throw new StartException("--admin " + address + ": " + e.getMessage(), e);
            }
        }
    }

    private static String token(Path file) throws StartException {
        try (var input = Files.newInputStream(file)) {
            return new String(input.readNBytes(MAX_TOKEN_BYTES), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new StartException("--admin-token-file " + file + ": " + Reason.of(e), e);
        }
    }
}
