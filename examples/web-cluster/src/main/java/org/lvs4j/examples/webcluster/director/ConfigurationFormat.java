package org.lvs4j.examples.webcluster.director;

import java.nio.file.Path;

/** The two languages of configuration files. */
public enum ConfigurationFormat {
    /** That of {@code ipvsadm-restore}. */
    RULES("cluster.rules"),
    /** That of keepalived. */
    KEEPALIVED("keepalived.conf");

    private final String fileName;

    ConfigurationFormat(String fileName) {
        this.fileName = fileName;
    }

    /** The name of the file in the working directory of a cluster. */
    public String fileName() {
        return fileName;
    }

    /** The language of a file by its name: that of keepalived if it ends with {@code .conf}. */
    public static ConfigurationFormat of(Path file) {
        return file.toString().endsWith(".conf") ? KEEPALIVED : RULES;
    }
}
