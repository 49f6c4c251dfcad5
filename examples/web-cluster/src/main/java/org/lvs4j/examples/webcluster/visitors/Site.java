package org.lvs4j.examples.webcluster.visitors;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The web site as visitors know it: its address, the ports of HTTP and HTTPS, and who certifies it. Immutable, safe for
 * use by any number of visitors.
 */
public final class Site {
    private final String address;
    private final int http;
    private final int https;
    private final X509TrustManager trust;

    private Site(String address, int http, int https, X509TrustManager trust) {
        this.address = address;
        this.http = http;
        this.https = https;
        this.trust = trust;
    }

    /**
     * A site.
     *
     * @param authority the certificate of its authority, in PEM format
     */
    public static Site of(String address, int http, int https, Path authority) throws IOException {
        try (InputStream in = Files.newInputStream(authority)) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", certificate);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    return new Site(address, http, https, trust);
                }
            }
            throw new IOException("this Java has no trust manager for X.509");
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read the certificate " + authority + ": " + e.getMessage(), e);
        }
    }

    /** The same pages of one web server, not through the director. */
    public Site at(String serverAddress) {
        return new Site(serverAddress, http, https, trust);
    }

    /** The text of a page over HTTP. */
    public String text(String path) throws IOException {
        try (InputStream in = URI.create(url(false, path)).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    String url(boolean secure, String path) {
        return (secure ? "https://" : "http://") + address + ":" + (secure ? https : http) + path;
    }

    X509TrustManager trust() {
        return trust;
    }

    /** A context with TLS sessions of its own. */
    SSLContext tls() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
