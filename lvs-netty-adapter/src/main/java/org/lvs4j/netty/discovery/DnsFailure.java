package org.lvs4j.netty.discovery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Servers cannot be found in the domain name system. */
final class DnsFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean nameMissing;

    DnsFailure(String message, @Nullable Throwable cause) {
        super(printable(message), cause);
        nameMissing = false;
    }

    private DnsFailure(String message) {
        super(printable(message));
        nameMissing = true;
    }

    /** Names come from others: no control characters reach a terminal or a log. */
    private static String printable(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }

    static DnsFailure nameMissing(String message) {
        return new DnsFailure(message);
    }

    /** Whether a name server has answered that the name does not exist. */
    boolean isNameMissing() {
        return nameMissing;
    }
}
