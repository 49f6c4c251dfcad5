package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build. */
final class Version {
    private Version() {}

    static String current() {
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            if (file == null) {
                return "of unknown version";
            }
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("version", "of unknown version");
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties cannot be read", e);
        }
    }
}
