package org.lvs4j.examples.webcluster.shop;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Hashes of passwords: {@code pbkdf2:ROUNDS:SALT:HASH}, so that the rounds can be raised later. */
final class Passwords {
    private static final int ROUNDS = 20_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** No password's hash. */
    static final String OF_NOBODY =
            "pbkdf2:" + ROUNDS + ":" + "00".repeat(SALT_BYTES) + ":" + "00".repeat(HASH_BITS / 8);

    private Passwords() {}

    static String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        HexFormat hex = HexFormat.of();
        return "pbkdf2:" + ROUNDS + ":" + hex.formatHex(salt) + ":" + hex.formatHex(derive(password, ROUNDS, salt));
    }

    static boolean matches(String password, String stored) {
        String[] parts = stored.split(":", -1);
        byte[] derived =
                derive(password, Integer.parseInt(parts[1]), HexFormat.of().parseHex(parts[2]));
        return MessageDigest.isEqual(derived, HexFormat.of().parseHex(parts[3]));
    }

    private static byte[] derive(String password, int rounds, byte[] salt) {
        PBEKeySpec specification = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(specification)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2", e);
        } finally {
            specification.clearPassword();
        }
    }
}
