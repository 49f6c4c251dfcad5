package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The configuration of a service in JSON. */
final class ServiceForm {
    static final String ID = "id";
    static final String SERVERS = "servers";
    private static final String SCHEDULER = "scheduler";
    private static final String FLAGS = "flags";
    private static final String PERSISTENCE = "persistence";
    private static final String ONE_PACKET = "onePacket";
    private static final String SLOW_START = "slowStartSeconds";
    private static final List<String> MEMBERS =
            List.of(ID, SCHEDULER, FLAGS, PERSISTENCE, ONE_PACKET, SLOW_START, SERVERS, ServerForm.STATUS);

    /** The names that ipvsadm knows beside the numbers; answers have the numbers. */
    private static final Map<String, SchedulerFlag> NAMED_FLAGS = Map.of(
            "sh-fallback", SchedulerFlag.FALLBACK,
            "sh-port", SchedulerFlag.PORT,
            "mh-fallback", SchedulerFlag.FALLBACK,
            "mh-port", SchedulerFlag.PORT);

    private static final String TIMEOUT = "timeoutSeconds";
    private static final String NETMASK = "netmask";
    private static final String ENGINE = "engine";

    private ServiceForm() {}

    /** Writes the members of an object that the caller has begun, without the servers. */
    static void write(JsonWriter json, VirtualService service) throws IOException {
        json.name(ID).value(ServiceIds.print(service.key()));
        json.name(SCHEDULER).value(service.scheduler());
        json.name(FLAGS).beginArray();
        for (SchedulerFlag flag : EnumSet.allOf(SchedulerFlag.class)) {
            if (service.flags().contains(flag)) {
                json.value(print(flag));
            }
        }
        json.endArray();
        json.name(PERSISTENCE);
        Persistence persistence = service.persistence();
        if (persistence == null) {
            json.nullValue();
        } else {
            json.beginObject();
            json.name(TIMEOUT).value(persistence.timeoutSeconds());
            json.name(NETMASK);
            if (service.key().family() == AddressFamily.IPV4) {
                json.value(IpAddress.v4(persistence.mask()).toString());
            } else {
                json.value(persistence.mask());
            }
            json.name(ENGINE).value(persistence.engine());
            json.endObject();
        }
        json.name(ONE_PACKET).value(service.onePacket());
        json.name(SLOW_START).value(service.slowStart().toSeconds());
    }

    private static String print(SchedulerFlag flag) {
        return flag.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a service with its servers.
     *
     * @param key that it must have
     * @param before whose values hold for members that are missing, or null for the defaults
     * @throws Problem if a value is wrong
     */
    static DirectorConfiguration.Service read(
            Fields fields, ServiceKey key, DirectorConfiguration.@Nullable Service before) throws Problem {
        fields.requireKnown(MEMBERS);
        if (fields.has(ID) && !ServiceIds.parse(fields.text(ID)).equals(key)) {
            throw fields.refused(ID, "it is " + ServiceIds.print(key) + " in the path, and cannot be changed");
        }
        VirtualService.Builder builder = before == null ? VirtualService.builder(key) : before.service().toBuilder();
        if (fields.has(SCHEDULER)) {
            builder.scheduler(fields.text(SCHEDULER));
        }
        if (fields.has(FLAGS)) {
            builder.flags(flags(fields));
        }
        if (fields.has(PERSISTENCE)) {
            Persistence present = before == null ? null : before.service().persistence();
            builder.persistence(
                    fields.isNull(PERSISTENCE) ? null : persistence(fields.object(PERSISTENCE), key, present));
        }
        if (fields.has(ONE_PACKET)) {
            builder.onePacket(fields.flag(ONE_PACKET));
        }
        try {
            if (fields.has(SLOW_START)) {
                builder.slowStart(Duration.ofSeconds(fields.number(SLOW_START)));
            }
            List<RealServer> servers =
                    fields.has(SERVERS) ? servers(fields) : before == null ? List.of() : before.servers();
            return new DirectorConfiguration.Service(builder.build(), servers);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static Set<SchedulerFlag> flags(Fields fields) throws Problem {
        Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
        for (String text : fields.texts(FLAGS)) {
            SchedulerFlag found = NAMED_FLAGS.get(text);
            for (SchedulerFlag each : SchedulerFlag.values()) {
                found = print(each).equals(text) ? each : found;
            }
            if (found == null) {
                throw fields.refused(
                        FLAGS,
                        "'" + text + "' is not one of flag-1, flag-2, flag-3, "
                                + String.join(", ", new TreeSet<>(NAMED_FLAGS.keySet())));
            }
            flags.add(found);
        }
        return flags;
    }

    private static Persistence persistence(Fields fields, ServiceKey key, @Nullable Persistence before) throws Problem {
        fields.requireKnown(List.of(TIMEOUT, NETMASK, ENGINE));
        Persistence base = before == null
                ? new Persistence(Persistence.DEFAULT_TIMEOUT_SECONDS, Persistence.fullMask(key.family()), null)
                : before;
        int timeout = fields.has(TIMEOUT) ? fields.number(TIMEOUT) : base.timeoutSeconds();
        int mask = base.mask();
        if (fields.has(NETMASK)) {
            mask = key.family() == AddressFamily.IPV6 ? fields.number(NETMASK) : netmask(fields);
        }
        String engine = base.engine();
        if (fields.has(ENGINE)) {
            engine = fields.isNull(ENGINE) ? null : fields.text(ENGINE);
        }
        return new Persistence(timeout, mask, engine);
    }

    private static int netmask(Fields fields) throws Problem {
        String text = fields.text(NETMASK);
        try {
            IpAddress mask = IpAddress.parse(text);
            if (mask.isV4()) {
                return (int) mask.low();
            }
        } catch (IllegalArgumentException e) {
            // As any other wrong value.
        }
        throw fields.refused(NETMASK, "'" + text + "' is not an IPv4 netmask such as 255.255.255.0");
    }

    private static List<RealServer> servers(Fields fields) throws Problem {
        List<RealServer> servers = new ArrayList<>();
        Set<Endpoint> endpoints = new LinkedHashSet<>();
        for (Fields each : fields.objects(SERVERS)) {
            RealServer server = ServerForm.read(each, null, null);
            if (!endpoints.add(server.endpoint())) {
                throw fields.refused(SERVERS, "the server " + server.endpoint() + " is given twice");
            }
            servers.add(server);
        }
        return servers;
    }
}
