package org.lvs4j.examples.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening sockets that a service manager passes to this process by the protocol of systemd, sd_listen_fds(3). */
final class ActivatedSockets {
    static final String COUNT = "LISTEN_FDS";

    private static final String PID = "LISTEN_PID";
    private static final String NAMES = "LISTEN_FDNAMES";
    private static final int FIRST = 3;
    private static final int MAX_COUNT = 65_536;
    private static final Logger LOG = LoggerFactory.getLogger(ActivatedSockets.class);

    private ActivatedSockets() {}

    /**
     * The descriptors that are meant for a process.
     *
     * @throws IllegalArgumentException if their number is invalid
     */
    static List<Integer> of(Map<String, String> environment, long pid) {
        String count = environment.get(COUNT);
        // A child process inherits the variables, but not the sockets.
        if (count == null || !Long.toString(pid).equals(environment.get(PID))) {
            return List.of();
        }
        int number = number(count);
        String[] names = environment.getOrDefault(NAMES, "").split(":", -1);
        List<Integer> descriptors = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            descriptors.add(FIRST + i);
            LOG.info("socket activation: descriptor {} ({})", FIRST + i, i < names.length ? names[i] : "no name");
        }
        return descriptors;
    }

    private static int number(String text) {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(COUNT + "=" + text + ": not a number of descriptors", e);
        }
        if (number < 0 || number > MAX_COUNT) {
            throw new IllegalArgumentException(COUNT + "=" + text + ": outside 0.." + MAX_COUNT);
        }
        return number;
    }
}
