package org.lvs4j.health;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * What makes a service or server of one configuration the same as that of another one. A service is the same if its first
 * key is, that of a group if group, protocol and place among the services of the group are. A server is the same at the
 * same endpoint.
 */
record ServiceId(@Nullable ServiceKey key, @Nullable String group, String protocol, int occurrence) {
    /** The services of a configuration by their identity, in the configured order. */
    static Map<ServiceId, MonitoredService> of(List<MonitoredService> services) {
        Map<ServiceId, MonitoredService> result = new LinkedHashMap<>();
        Map<ServiceId, Integer> occurrences = new HashMap<>();
        for (MonitoredService service : services) {
            String group = service.group();
            ServiceId id;
            if (group == null) {
                id = new ServiceId(service.services().get(0).key(), null, "", 0);
            } else {
                ServiceId first = new ServiceId(null, group, Names.protocol(service.services()), 0);
                int number = occurrences.merge(first, 1, Integer::sum) - 1;
                id = new ServiceId(null, group, first.protocol(), number);
            }
            result.put(id, service);
        }
        return result;
    }

    /** The endpoint of a server in the table; for a group, in which it differs, that of the configuration. */
    static Endpoint endpoint(MonitoredService service, RealServer server) {
        if (service.group() == null) {
            return MonitoredService.serverOf(service.services().get(0).key(), server)
                    .endpoint();
        }
        boolean keepsPort = server.forwarding().method() == Forwarding.Method.MASQUERADE;
        return keepsPort ? server.endpoint() : server.endpoint().withPort(0);
    }
}
