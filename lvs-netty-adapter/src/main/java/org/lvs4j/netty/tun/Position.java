package org.lvs4j.netty.tun;

import java.util.Comparator;
import org.lvs4j.net.IpAddress;

/**
 * The place of a step in the set-up: sections follow each other, and a section is sorted by address,
 * interface and index.
 *
 * @param section the number of the section
 * @param address the address that the step is for; the unspecified one if it is for none
 * @param link the interface that the step is for; empty if it is for none
 * @param index the number of the step among those of the same section, address and interface
 */
record Position(int section, IpAddress address, String link, int index) implements Comparable<Position> {
    private static final Comparator<Position> ORDER = Comparator.comparingInt(Position::section)
            .thenComparing(Position::address)
            .thenComparing(Position::link)
            .thenComparingInt(Position::index);

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}
