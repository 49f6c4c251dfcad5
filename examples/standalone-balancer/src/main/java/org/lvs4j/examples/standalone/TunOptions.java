package org.lvs4j.examples.standalone;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.netty.tun.TunPlane;
import picocli.CommandLine.Option;

/** The options of {@code lvsd run} about the TUN device. The plane has the defaults of options that are missing. */
final class TunOptions {
    @Option(
            names = "--tun",
            paramLabel = "NAME",
            description = "Forward packets through this TUN device instead of relaying connections: -m, -i, -g and SCTP"
                    + " are served, and servers see their clients' addresses. Linux; needs root or CAP_NET_ADMIN.")
    private @Nullable String tun;

    @Option(
            names = "--setup",
            description =
                    "With --tun: execute the commands that route packets into the device, keep the routes in step with the"
                            + " services, repair what other programs undo, and remove them at the end (default: only print the commands).")
    private boolean setUp;

    @Option(
            names = "--mtu",
            paramLabel = "N",
            description = "With --tun: the MTU of the device and of the path to the servers (default: 1500).")
    private @Nullable Integer mtu;

    @Option(
            names = "--table",
            paramLabel = "N",
            description = "With --tun: the first number of routing rules and tables (default: 5300).")
    private @Nullable Integer table;

    boolean given() {
        return tun != null;
    }

    /**
     * Refuses options that have no meaning without a device.
     *
     * @throws IllegalArgumentException naming them
     */
    void requireNone() {
        if (setUp || mtu != null || table != null) {
            throw new IllegalArgumentException("--setup, --mtu and --table need --tun");
        }
    }

    /**
     * Starts the packet plane.
     *
     * @param threads the number of threads, or null for the default
     * @param marked the addresses whose packets get a firewall mark
     */
    Plane start(Director director, @Nullable Integer threads, List<ListenAddress> marked) {
        TunPlane.Builder builder =
                TunPlane.builder(director).device(String.valueOf(tun)).setUp(setUp);
        if (threads != null) {
            builder.queues(threads);
        }
        if (mtu != null) {
            builder.mtu(mtu);
        }
        if (table != null) {
            builder.table(table);
        }
        for (ListenAddress address : marked) {
            builder.mark(address.protocol(), address.endpoint(), address.mark());
        }
        TunPlane plane = builder.start();
        return Plane.of(plane, announcement(plane));
    }

    private String announcement(TunPlane plane) {
        StringBuilder text = new StringBuilder("packets through " + plane.device() + "\n");
        text.append(setUp ? "set up, and removed at the end:\n" : "to set up the network (--setup does it):\n");
        plane.setUpCommands()
                .forEach(command -> text.append("  ").append(command).append('\n'));
        text.append(setUp ? "to remove it if lvsd is killed:\n" : "to remove it:\n");
        plane.undoCommands()
                .forEach(command -> text.append("  ").append(command).append('\n'));
        return text.toString();
    }
}
