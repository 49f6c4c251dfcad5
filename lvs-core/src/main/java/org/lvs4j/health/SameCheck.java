package org.lvs4j.health;

import java.util.Objects;

/** Whether a check asks the same as one before a reload, so that its state stays. When it asks does not matter. */
final class SameCheck {
    private SameCheck() {}

    /** The payload and reply of a {@link UdpCheck} are not compared, as in keepalived. */
    static boolean test(Check a, Check b) {
        if (a instanceof NetworkCheck first && b instanceof NetworkCheck second) {
            return first.target().equals(second.target())
                    && first.kind().equals(second.kind())
                    && sameQuestion(first, second);
        }
        if (a instanceof MiscCheck first && b instanceof MiscCheck second) {
            return first.script().equals(second.script()) && first.dynamic() == second.dynamic();
        }
        return a.equals(b);
    }

    private static boolean sameQuestion(NetworkCheck a, NetworkCheck b) {
        if (a instanceof HttpCheck first) {
            return first.pages().equals(((HttpCheck) b).pages());
        }
        if (a instanceof GrpcCheck first) {
            GrpcCheck second = (GrpcCheck) b;
            return first.service().equals(second.service())
                    && first.tls() == second.tls()
                    && Objects.equals(first.authority(), second.authority());
        }
        if (a instanceof DnsCheck first) {
            DnsCheck second = (DnsCheck) b;
            return first.type() == second.type() && first.name().equals(second.name());
        }
        if (a instanceof SmtpCheck first) {
            return first.heloName().equals(((SmtpCheck) b).heloName());
        }
        return true;
    }
}
