package org.lvs4j.netty.tun;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.plane.PacketPaths;

/** How a TUN plane is to behave; see {@link TunPlane.Builder}. Immutable. */
record TunOptions(String device, int mtu, int queues, int table, boolean setUp, List<Marks.Mark> marks) {
    private static final int MIN_MTU = 1280;
    private static final int MAX_QUEUES = 64;
    private static final int MIN_TABLE = 256;
    private static final int MAX_TABLE = 30_000;

    TunOptions {
        List<String> problems = new ArrayList<>();
        if (!TunDevice.validName(device)) {
            problems.add("device name '" + device
                    + "': expected a letter, then at most 14 letters, digits, '_' or '-', such as lvs0");
        }
        check(problems, "MTU", mtu, MIN_MTU, PacketPaths.MAX_MTU);
        check(problems, "number of queues", queues, 1, MAX_QUEUES);
        check(problems, "table", table, MIN_TABLE, MAX_TABLE);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static void check(List<String> problems, String what, int value, int least, int most) {
        if (value < least || value > most) {
            problems.add(what + " " + value + " is outside " + least + ".." + most);
        }
    }
}
