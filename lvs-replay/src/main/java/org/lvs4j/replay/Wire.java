package org.lvs4j.replay;

import java.util.Locale;

/** One of the two wires of the director in recordings of packets. */
public enum Wire {
    /** Where clients are, and everybody that no other wire leads to. */
    CLIENT,
    /** Where real servers are: 192.168.0.0/16, 172.16.0.0/12 and fd00:2::/32. */
    SERVER;

    /** The name in recordings. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
