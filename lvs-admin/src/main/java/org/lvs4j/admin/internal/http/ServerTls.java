package org.lvs4j.admin.internal.http;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server needs for TLS, tried before the first client comes. */
public final class ServerTls {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerTls.class);
    private static final int MAX_FLIGHTS = 32;

    private ServerTls() {}

    /**
     * Reads a certificate chain and its key, both in PEM format.
     *
     * @throws IOException for an operator: a file cannot be read, or the key is not that of the certificate
     */
    public static SslContext of(Path chain, Path key) throws IOException {
        try {
            SslContext context = SslContextBuilder.forServer(chain.toFile(), key.toFile())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            warnIfExpired(chain, handshake(context));
            return context;
        } catch (IOException | RuntimeException e) {
            String form = String.valueOf(e.getMessage()).contains("private key")
                    ? "; the key has to be one of PKCS#8 without a password (openssl pkcs8 -topk8 -nocrypt)"
                    : "";
            throw new IOException(
                    "the certificate " + chain + " and the key " + key + " cannot be used: " + e.getMessage() + form,
                    e);
        }
    }

    /** Makes a handshake in memory, which fails if the key is another one; returns the certificates. */
    private static Certificate[] handshake(SslContext context) throws IOException {
        SslContext any = SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        SslHandler client = any.newHandler(UnpooledByteBufAllocator.DEFAULT);
        EmbeddedChannel one = new EmbeddedChannel(client);
        EmbeddedChannel other = new EmbeddedChannel(context.newHandler(UnpooledByteBufAllocator.DEFAULT));
        try {
            for (int i = 0; i < MAX_FLIGHTS && !client.handshakeFuture().isSuccess(); i++) {
                move(one, other);
                move(other, one);
            }
            return client.engine().getSession().getPeerCertificates();
        } catch (RuntimeException e) {
            throw new IOException("they do not belong together (" + e.getMessage() + ")", e);
        } finally {
            one.close();
            one.releaseOutbound();
            other.close();
            other.releaseOutbound();
        }
    }

    private static void move(EmbeddedChannel from, EmbeddedChannel to) {
        for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            to.writeInbound(bytes);
        }
    }

    private static void warnIfExpired(Path chain, Certificate[] certificates) {
        try {
            if (certificates[0] instanceof X509Certificate own) {
                own.checkValidity();
            }
        } catch (CertificateException e) {
            LOGGER.warn("{}: clients will refuse the certificate: {}", chain, e.getMessage());
        }
    }
}
