package org.lvs4j.netty.health;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HttpCheck;

/**
 * TLS of the JDK for probes. A check asks whether the server answers, not whether it is the right one: certificates are
 * not verified, as in keepalived. Each probe makes a full handshake. Thread-safe.
 */
final class ProbeTls {
    /** How long a socket may stay open for the message that ends TLS. */
    private static final long END_MILLIS = 500;

    private final SslContext context;

    ProbeTls() {
        try {
            context = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    /** The name that a probe sends in its handshake; null for none. */
    static @Nullable String serverName(HttpCheck check, int page) {
        return check.serverName() ? check.pages().get(page).virtualHost() : null;
    }

    /** The name that a probe sends in its handshake: that of its authority, without a port; null for an address or none. */
    static @Nullable String serverName(GrpcCheck check) {
        String authority = check.authority();
        if (authority == null || authority.startsWith("[")) {
            return null;
        }
        int port = authority.lastIndexOf(':');
        String name = port < 0 ? authority : authority.substring(0, port);
        return name.matches("[0-9.]+") ? null : name;
    }

    /** Whether a name can be sent in a handshake. */
    static boolean isServerName(String name) {
        try {
            return !new SNIHostName(name).getAsciiName().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * A handler for one connection.
     *
     * @param serverName the name that it sends; null for none
     * @param protocols what it offers by ALPN; nothing for no ALPN
     */
    SslHandler handler(@Nullable String serverName, String... protocols) {
        SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT);
        SSLParameters parameters = engine.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        SslHandler handler = new SslHandler(engine);
        // The probe has a timer of its own.
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(END_MILLIS);
        return handler;
    }
}
