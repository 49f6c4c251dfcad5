package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;

/** HTTPS: the files that it needs, and how a connection ends. */
@Tag("slow")
final class AdminTlsTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    static {
        // Read when the first socket of TLS is made, which no other test of this module does.
        System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
    }

    @TempDir
    private Path directory;

    /** Makes NAME.crt and NAME.key. */
    private void make(String name, String algorithm) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD),
                        "-alias",
                        "a",
                        "-dname",
                        "CN=localhost",
                        "-keyalg",
                        algorithm)
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD);
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(name + ".key", "PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded());
    }

    private void pem(String file, String type, byte[] bytes) throws Exception {
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + type
                        + "-----\n");
    }

    private AdminServer.Builder builder(String certificate, String key) {
        return AdminServer.builder(Director.create())
                .listen("127.0.0.1:0")
                .tls(directory.resolve(certificate), directory.resolve(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void https_lastAnswer_endIsToldByTls(String algorithm) throws Exception {
        make("a", algorithm);
        SSLContext any = SSLContext.getInstance("TLS");
        any.init(null, new TrustManager[] {new TrustsAll()}, null);
        try (AdminServer admin = builder("a.crt", "a.key").start();
                SSLSocket socket = (SSLSocket) any.getSocketFactory().createSocket("127.0.0.1", admin.port())) {
            socket.setSoTimeout((int) AdminClient.LIMIT.toMillis());
            socket.getOutputStream()
                    .write(AdminClient.head("GET /healthz HTTP/1.1", "Host: localhost")
                            .getBytes(StandardCharsets.US_ASCII));
            // An end without the word of TLS throws.
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("ok\n");
        }
    }

    @Test
    void files_thatCannotBeUsed_refusedAtTheStart() throws Exception {
        make("a", "RSA");
        make("b", "RSA");
        make("c", "EC");
        Files.writeString(directory.resolve("empty"), "");
        for (List<String> each : List.of(
                List.of("a.crt", "b.key"),
                List.of("a.crt", "c.key"),
                List.of("c.crt", "a.key"),
                List.of("a.crt", "empty"),
                List.of("empty", "a.key"),
                List.of("a.key", "a.crt"),
                List.of("a.crt", "none"))) {
            assertThatThrownBy(() -> builder(each.get(0), each.get(1)).start().close())
                    .as("%s", each)
                    .isInstanceOf(AdminException.class)
                    .hasMessageContaining("cannot be used");
        }
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
