package org.lvs4j.examples.webcluster.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of its own and one certificate for all web servers of a cluster. */
public final class Certificates {
    private static final int DAYS = 30;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Certificates() {}

    /**
     * Creates {@code authority.pem}, which clients trust, and for the web servers {@code server.p12} with {@code
     * server.p12.password}, and the same as {@code server.pem} and {@code server.key}. Only the owner can read them. The
     * key of the authority is not kept, so nobody can make another certificate of it.
     *
     * @param names the names and IP addresses that clients connect to
     */
    public static void create(Path directory, Collection<String> names) throws IOException {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("expected at least one name or address");
        }
        Files.createDirectories(directory);
        try {
            KeyPair authorityKey = newKey();
            X500Name authorityName = new X500Name("CN=Quay & Lantern test authority");
            X509Certificate authority = sign(
                    builder(authorityName, authorityName, authorityKey)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                            .addExtension(
                                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)),
                    authorityKey);
            KeyPair serverKey = newKey();
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509Certificate server = sign(
                    builder(authorityName, new X500Name("CN=Quay & Lantern"), serverKey)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                            .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                            .addExtension(
                                    Extension.extendedKeyUsage,
                                    false,
                                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                            .addExtension(
                                    Extension.authorityKeyIdentifier,
                                    false,
                                    extensions.createAuthorityKeyIdentifier(authority))
                            .addExtension(Extension.subjectAlternativeName, false, alternativeNames(names)),
                    authorityKey);
            byte[] secret = new byte[16];
            RANDOM.nextBytes(secret);
            String password = HexFormat.of().formatHex(secret);
            write(directory, "authority.pem", pem(authority));
            write(directory, "server.pem", pem(server));
            write(directory, "server.key", pem(new JcaPKCS8Generator(serverKey.getPrivate(), null)));
            write(directory, "server.p12.password", password.getBytes(StandardCharsets.US_ASCII));
            write(directory, "server.p12", store(serverKey, server, authority, password));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("the certificates could not be created: " + e.getMessage(), e);
        }
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair key)
            throws IOException, GeneralSecurityException {
        // A clock that is behind by less than a day accepts it, too.
        Instant start = Instant.now().minus(1, ChronoUnit.DAYS);
        return new JcaX509v3CertificateBuilder(
                        issuer,
                        new BigInteger(120, RANDOM).setBit(119),
                        Date.from(start),
                        Date.from(start.plus(DAYS + 1, ChronoUnit.DAYS)),
                        subject,
                        key.getPublic())
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key.getPublic()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair authority)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
    }

    private static GeneralNames alternativeNames(Collection<String> names) {
        return new GeneralNames(names.stream()
                .distinct()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("[0-9.]+");
    }

    private static byte[] pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] store(KeyPair key, X509Certificate server, X509Certificate authority, String password)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key.getPrivate(), password.toCharArray(), new Certificate[] {server, authority});
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        store.store(content, password.toCharArray());
        return content.toByteArray();
    }

    private static void write(Path directory, String name, byte[] content) throws IOException {
        Path unfinished = Files.createTempFile(
                directory,
                ".",
                ".unfinished",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(unfinished, content);
            Files.move(
                    unfinished,
                    directory.resolve(name),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
