package org.lvs4j.examples.standalone;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.netty.tun.TunPlane;
import picocli.CommandLine.Option;

/** The options of {@code lvsd run} that are about the TUN device. What is not given is as the plane has it by default. */
final class TunOptions {
    @Option(
            names = "--tun",
            paramLabel = "NAME",
            description = "Forward packets through this TUN device instead of relaying connections: -m, -i, -g and SCTP"
                    + " are served, and servers see their clients' addresses. Linux; needs root or CAP_NET_ADMIN.")
    private @Nullable String tun;

    @Option(
            names = "--setup",
            description = "With --tun: do the commands that route packets into the device, keep them in step with the"
                    + " services, and take them back at the end (default: only print them).")
    private boolean setUp;

    @Option(
            names = "--mtu",
            paramLabel = "N",
            description = "With --tun: the largest packet that the device takes and the way to the servers lets through"
                    + " (default: 1500).")
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
     * Refuses options that mean nothing without a device.
     *
     * @throws IllegalArgumentException naming them
     */
    void requireNone() {
        if (setUp || mtu != null || table != null) {
            throw new IllegalArgumentException("--setup, --mtu and --table are for --tun only");
        }
    }

    /**
     * Starts the packet plane.
     *
     * @param threads how many, or null
     * @param marked where packets get a firewall mark
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
        text.append(setUp ? "set up, and taken back at the end:\n" : "to set up the network (--setup does it):\n");
        plane.setUpCommands()
                .forEach(command -> text.append("  ").append(command).append('\n'));
        text.append(setUp ? "to take it back should lvsd be killed:\n" : "to take it back:\n");
        plane.undoCommands()
                .forEach(command -> text.append("  ").append(command).append('\n'));
        return text.toString();
    }
}
