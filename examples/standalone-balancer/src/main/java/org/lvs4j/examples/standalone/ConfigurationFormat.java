package org.lvs4j.examples.standalone;

import java.util.Locale;

/** The languages of a configuration file. */
enum ConfigurationFormat {
    /** Rules of ipvsadm. */
    IPVSADM,
    /** The configuration language of keepalived. */
    KEEPALIVED;

    /**
     * The format of a text by its content: the first line that is neither empty nor a comment. A rule begins with a dash or
     * {@code ipvsadm}; a file of keepalived has braces, or begins with a service, a definition, a condition or an
     * inclusion.
     */
    static ConfigurationFormat of(String text) {
        String first = text.lines()
                .map(line -> line.startsWith("\uFEFF") ? line.substring(1).strip() : line.strip())
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != '!')
                .findFirst()
                .orElse("");
        if (first.isEmpty() || first.charAt(0) == '-' || first.startsWith("ipvsadm")) {
            return IPVSADM;
        }
        boolean keepalived = "$@~".indexOf(first.charAt(0)) >= 0
                || first.startsWith("include")
                || first.startsWith("virtual_server")
                || text.indexOf('{') >= 0;
        return keepalived ? KEEPALIVED : IPVSADM;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
