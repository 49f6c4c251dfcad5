package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** A change of health, for logs and listeners. Immutable. Its text is a line of a log. */
public sealed interface HealthEvent {
    /** The name of the service, as in a line of the FIFO: {@code [10.0.0.1]:tcp:80}, {@code FWM 5}, {@code [group]:0}. */
    String service();

    /** The keys of the service in the director's table: several for a group of addresses. Unmodifiable. */
    List<ServiceKey> keys();

    /**
     * A service has gained or lost its quorum.
     *
     * @param service the name of the service
     * @param keys its keys, several for a group of addresses; unmodifiable
     * @param up whether it has the quorum
     * @param weight the sum of weights of the servers that are up
     * @param quorum the weight that must be up
     */
    record QuorumChanged(String service, List<ServiceKey> keys, boolean up, long weight, Quorum quorum)
            implements HealthEvent {
        public QuorumChanged {
            requireNonNull(service, "service");
            keys = List.copyOf(requireNonNull(keys, "keys"));
            requireNonNull(quorum, "quorum");
        }

        @Override
        public String toString() {
            return service + (up ? " has its quorum: weight " : " has lost its quorum: weight ") + weight;
        }
    }

    /**
     * A server has come up or gone down.
     *
     * @param service the name of the service
     * @param keys its keys, several for a group of addresses; unmodifiable
     * @param server the server with its configured weight
     * @param up whether all of its checks are up
     * @param reason why, in a few words
     */
    record ServerChanged(String service, List<ServiceKey> keys, RealServer server, boolean up, String reason)
            implements HealthEvent {
        public ServerChanged {
            requireNonNull(service, "service");
            keys = List.copyOf(requireNonNull(keys, "keys"));
            requireNonNull(server, "server");
            requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return service + ": " + server.endpoint() + (up ? " is up: " : " is down: ") + reason;
        }
    }

    /**
     * The weight of a server that is up has changed.
     *
     * @param service the name of the service
     * @param keys its keys, several for a group of addresses; unmodifiable
     * @param server the server with its configured weight
     * @param weight the new weight
     */
    record WeightChanged(String service, List<ServiceKey> keys, RealServer server, int weight) implements HealthEvent {
        public WeightChanged {
            requireNonNull(service, "service");
            keys = List.copyOf(requireNonNull(keys, "keys"));
            requireNonNull(server, "server");
        }

        @Override
        public String toString() {
            return service + ": " + server.endpoint() + " has weight " + weight;
        }
    }

    /**
     * A check has come up or gone down.
     *
     * @param service the name of the service
     * @param keys its keys, several for a group of addresses; unmodifiable
     * @param server the server with its configured weight
     * @param check the check
     * @param up whether it is up
     * @param reason of the last probe
     */
    record CheckChanged(
            String service, List<ServiceKey> keys, RealServer server, Check check, boolean up, String reason)
            implements HealthEvent {
        public CheckChanged {
            requireNonNull(service, "service");
            keys = List.copyOf(requireNonNull(keys, "keys"));
            requireNonNull(server, "server");
            requireNonNull(check, "check");
            requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return service + ": " + check.kind() + " of " + server.endpoint() + (up ? " is up: " : " is down: ")
                    + reason;
        }
    }

    /**
     * A probe has failed, without a change of its check. Only for checks whose schedule says
     * {@link CheckSchedule#logFailures}.
     *
     * @param service the name of the service
     * @param keys its keys, several for a group of addresses; unmodifiable
     * @param server the server with its configured weight
     * @param check the check
     * @param reason why
     */
    record ProbeFailed(String service, List<ServiceKey> keys, RealServer server, Check check, String reason)
            implements HealthEvent {
        public ProbeFailed {
            requireNonNull(service, "service");
            keys = List.copyOf(requireNonNull(keys, "keys"));
            requireNonNull(server, "server");
            requireNonNull(check, "check");
            requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return service + ": " + check.kind() + " of " + server.endpoint() + " has failed: " + reason;
        }
    }
}
