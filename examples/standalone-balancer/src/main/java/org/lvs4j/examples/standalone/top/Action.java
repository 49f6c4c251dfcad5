package org.lvs4j.examples.standalone.top;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.examples.standalone.top.Snapshot.Server;
import org.lvs4j.examples.standalone.top.Snapshot.Tunnel;

/**
 * A change that {@code lvsadm} can make.
 *
 * @param label what it does, in words
 * @param arguments its command line
 */
record Action(String label, List<String> arguments) {
    static Action drain(Row row) {
        return new Action("drain " + place(row), arguments(List.of("drain", row.name()), row));
    }

    static Action undrain(Row row) {
        return new Action("undrain " + place(row), arguments(List.of("drain", "--abort", row.name()), row));
    }

    /** Changes the weight. What an edit leaves out would get its default, so everything else is given as it is. */
    static Action weight(Row row, Server server, int weight) {
        List<String> arguments = new ArrayList<>(arguments(List.of("-e"), row));
        arguments.addAll(List.of("-r", server.endpoint()));
        arguments.addAll(forwarding(server));
        arguments.addAll(List.of("-w", Integer.toString(weight)));
        arguments.addAll(List.of("-x", Integer.toString(server.upperThreshold())));
        arguments.addAll(List.of("-y", Integer.toString(server.lowerThreshold())));
        return new Action(
                "change the weight of " + place(row) + " from " + server.weight() + " to " + weight, arguments);
    }

    private static String place(Row row) {
        return row.name() + " in " + row.serviceLabel();
    }

    /** A command line with the service at its end. */
    private static List<String> arguments(List<String> command, Row row) {
        List<String> arguments = new ArrayList<>(command);
        String[] id = row.service().split(":", 2);
        arguments.add(
                switch (id[0]) {
                    case "tcp" -> "-t";
                    case "udp" -> "-u";
                    case "sctp" -> "--sctp-service";
                    default -> "-f";
                });
        arguments.add(id[1]);
        if (id[0].equals("fwmark6")) {
            arguments.add("-6");
        }
        return arguments;
    }

    private static List<String> forwarding(Server server) {
        Tunnel tunnel = server.tunnel();
        if (tunnel == null) {
            return List.of(server.forwarding().equals("direct") ? "-g" : "-m");
        }
        List<String> arguments = new ArrayList<>(List.of("-i", "--tun-type", tunnel.encapsulation()));
        if (tunnel.encapsulation().equals("gue")) {
            arguments.addAll(List.of("--tun-port", Integer.toString(tunnel.port())));
        }
        if (!tunnel.encapsulation().equals("ipip")) {
            arguments.add(
                    switch (tunnel.checksum()) {
                        case "full" -> "--tun-csum";
                        case "remote" -> "--tun-remcsum";
                        default -> "--tun-nocsum";
                    });
        }
        return arguments;
    }
}
