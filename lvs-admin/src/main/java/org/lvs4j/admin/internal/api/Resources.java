package org.lvs4j.admin.internal.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Files of this module. */
final class Resources {
    private static final String FOLDER = "/org/lvs4j/admin/";

    private Resources() {}

    /** A file in UTF-8. Its name is never one that a client has sent. */
    static String text(String name) {
        try (InputStream file = Resources.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                throw new IllegalStateException("the module has no " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read", e);
        }
    }
}
