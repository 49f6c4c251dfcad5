package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.plane.PacketPaths;

/**
 * The options of a TUN plane; {@link TunPlane.Builder} explains them. Immutable.
 *
 * @param marks the firewall marks of packets, in the order in which they are compared
 */
record TunOptions(String device, int mtu, int queues, int table, boolean setUp, List<Marks.Mark> marks) {
    private static final int MIN_MTU = 1280;
    private static final int MAX_QUEUES = 64;
    private static final int MIN_TABLE = 256;
    private static final int MAX_TABLE = 30_000;

    /**
     * Checks everything at once.
     *
     * @throws IllegalArgumentException naming every problem
     */
    TunOptions {
        marks = List.copyOf(marks);
        List<String> problems = new ArrayList<>();
        if (!TunDevice.validName(device)) {
            problems.add("device name '" + device
                    + "': expected a letter, then at most 14 letters, digits, '_' or '-', such as lvs0");
        }
        check(problems, "MTU", mtu, MIN_MTU, PacketPaths.MAX_MTU);
        check(problems, "number of queues", queues, 1, MAX_QUEUES);
        check(problems, "table", table, MIN_TABLE, MAX_TABLE);
        for (Marks.Mark mark : marks) {
            if (mark.mark() == 0) {
                problems.add("mark of " + mark.protocol() + " " + mark.endpoint()
                        + ": 0 means no mark; expected 1..4294967295");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("TUN plane: " + String.join("; ", problems));
        }
    }

    private static void check(List<String> problems, String name, int value, int least, int most) {
        if (value < least || value > most) {
            problems.add(name + " " + value + " is outside " + least + ".." + most);
        }
    }
}
