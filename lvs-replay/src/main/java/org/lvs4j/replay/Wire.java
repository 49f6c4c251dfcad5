package org.lvs4j.replay;

import java.util.Locale;

/** One of the two network interfaces of the director in recordings of packets. */
public enum Wire {
    /** The wire to clients, and to every address that is not on the server wire. */
    CLIENT,
    /** The wire to real servers: 192.168.0.0/16, 172.16.0.0/12 and fd00:2::/32. */
    SERVER;

    /** The name in recordings: {@code client} or {@code server}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
