package org.lvs4j.replay.health;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The table of a director, each change of it written as the recordings write what goes to IPVS. */
final class RecordedTable {
    private final Director director;
    private final Recorder recorder;
    private boolean changed;

    RecordedTable(Director director, Recorder recorder) {
        this.director = director;
        this.recorder = recorder;
    }

    /** A change that the kernel may refuse: what is there stays. */
    private void change(String command, String arguments, Runnable change) {
        recorder.record("ipvs " + command + " " + arguments);
        changed = true;
        try {
            change.run();
        } catch (DirectorException e) {
            recorder.record("ipvs error " + command + " " + error(e));
        }
    }

    private static String error(DirectorException e) {
        return switch (e.reason()) {
            case SERVICE_EXISTS, SERVER_EXISTS -> "File exists";
            case NO_SUCH_SERVICE -> "No such process";
            case NO_SUCH_SERVER -> "No such file or directory";
            default -> String.valueOf(e.getMessage());
        };
    }

    void addService(VirtualService service) {
        change("add-service", text(service), () -> director.addService(service));
    }

    void editService(VirtualService service) {
        change("set-service", text(service), () -> director.editService(service));
    }

    void removeService(ServiceKey key) {
        change("del-service", text(key), () -> director.removeService(key));
    }

    void addServer(ServiceKey key, RealServer server) {
        change("add-server", text(key, server), () -> director.addServer(key, server));
    }

    void editServer(ServiceKey key, RealServer server) {
        change("set-server", text(key, server), () -> director.editServer(key, server));
    }

    void removeServer(ServiceKey key, Endpoint server) {
        change("del-server", text(key) + " " + server, () -> director.removeServer(key, server));
    }

    void flush() {
        recorder.record("ipvs flush");
        changed = true;
        director.clear();
    }

    /** Writes a line of the table if something has changed since the last one. */
    void settle() {
        if (changed) {
            changed = false;
            recorder.table(text());
        }
    }

    /** The whole table, sorted. */
    String text() {
        List<String> services = new ArrayList<>();
        for (DirectorConfiguration.Service each : director.configuration().services()) {
            List<String> servers = new ArrayList<>();
            for (RealServer server : each.servers()) {
                servers.add(server.endpoint() + "/" + server.weight());
            }
            Collections.sort(servers);
            services.add(text(each.service().key()) + " " + each.service().scheduler() + " { "
                    + String.join(" ", servers) + " }");
        }
        Collections.sort(services);
        return services.isEmpty() ? "(empty)" : String.join("; ", services);
    }

    private static String text(ServiceKey key) {
        if (key instanceof ServiceKey.Mark mark) {
            return "fwm " + Integer.toUnsignedString(mark.mark());
        }
        ServiceKey.Address address = (ServiceKey.Address) key;
        return address.protocol().name().toLowerCase(Locale.ROOT) + " " + address.endpoint();
    }

    private static String text(VirtualService service) {
        Persistence persistence = service.persistence();
        int flags = (persistence == null ? 0 : 1) | (service.onePacket() ? 4 : 0);
        for (SchedulerFlag flag : service.flags()) {
            flags |= 8 << flag.ordinal();
        }
        return text(service.key()) + " sched=" + service.scheduler() + " flags=0x" + Integer.toHexString(flags)
                + "/0xffffffff"
                + (persistence == null ? "" : text(persistence, service.key().family()));
    }

    private static String text(Persistence persistence, AddressFamily family) {
        String netmask = "";
        if (persistence.mask() != Persistence.fullMask(family)) {
            netmask = " netmask="
                    + (family == AddressFamily.IPV4
                            ? IpAddress.v4(persistence.mask()).toString()
                            : String.valueOf(persistence.mask()));
        }
        @Nullable String engine = persistence.engine();
        return " timeout=" + persistence.timeoutSeconds() + netmask + (engine == null ? "" : " pe=" + engine);
    }

    private static String text(ServiceKey key, RealServer server) {
        String method = switch (server.forwarding().method()) {
            case MASQUERADE -> "masq";
            case TUNNEL -> "tunnel";
            case DIRECT -> "route";
        };
        Forwarding.Tunnel tunnel = server.forwarding().tunnel();
        StringBuilder text =
                new StringBuilder(text(key) + " " + server.endpoint() + " " + method + " weight=" + server.weight());
        if (server.upperThreshold() > 0) {
            text.append(" upper=").append(server.upperThreshold());
        }
        if (server.lowerThreshold() > 0) {
            text.append(" lower=").append(server.lowerThreshold());
        }
        if (tunnel != null && tunnel.encapsulation() != Forwarding.Encapsulation.IPIP) {
            text.append(" tunnel=").append(tunnel.encapsulation().name().toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
