package org.lvs4j.examples.webcluster.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    @TempDir
    private Path directory;

    @Test
    void create_namesAndAddresses_signedByAuthorityForAllOfThem() throws Exception {
        Certificates.create(directory, List.of("127.0.0.1", "::1", "shop.example"));

        X509Certificate authority = read("authority.pem");
        X509Certificate server = read("server.pem");
        server.verify(authority.getPublicKey());
        server.checkValidity();
        assertThat(server.getBasicConstraints()).isEqualTo(-1);
        assertThat(server.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(1))
                .containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1", "shop.example");
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password =
                Files.readString(directory.resolve("server.p12.password")).toCharArray();
        try (InputStream content = Files.newInputStream(directory.resolve("server.p12"))) {
            store.load(content, password);
        }
        assertThat(store.getCertificateChain("server")).containsExactly(server, authority);
    }

    @Test
    void create_twice_replacedAndReadableByOwnerOnly() throws Exception {
        Certificates.create(directory, List.of("localhost"));
        X509Certificate first = read("server.pem");

        Certificates.create(directory, List.of("localhost"));

        assertThat(read("server.pem")).isNotEqualTo(first);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files)
                    .hasSize(5)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    private X509Certificate read(String name) throws Exception {
        try (InputStream pem = Files.newInputStream(directory.resolve(name))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }
}
