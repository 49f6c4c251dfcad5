package org.lvs4j.grpc;

import static io.grpc.ConnectivityState.CONNECTING;
import static io.grpc.ConnectivityState.IDLE;
import static io.grpc.ConnectivityState.READY;
import static io.grpc.ConnectivityState.SHUTDOWN;
import static io.grpc.ConnectivityState.TRANSIENT_FAILURE;

import io.grpc.CallOptions;
import io.grpc.ChannelLogger.ChannelLogLevel;
import io.grpc.CompositeChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * The policy of one channel: keeps a subchannel for each address, and the ready ones as servers of a service in the director.
 *
 * <p>Guarantees: everything but the methods that {@link CallPicker} calls runs in the synchronization context of the channel.
 */
final class LvsLoadBalancer extends LoadBalancer {
    /** How soon a call that waits for a server is picked again: neither a drain's end nor a threshold tells. */
    private static final long PICK_AGAIN_MILLIS = 50;

    private static final int MAX_NAME_LENGTH = ServiceKey.Named.MAX_LENGTH - 6;

    private final Helper helper;
    private final Director director;
    private final boolean credentials;
    // Written in the synchronization context, read by pickers.
    private final Map<Endpoint, ServerChannel> servers = new ConcurrentHashMap<>();
    private final AtomicBoolean pickingAgain = new AtomicBoolean();
    private final AtomicBoolean restoring = new AtomicBoolean();
    private @Nullable ServiceKey key;
    private Options options = Options.DEFAULT;
    private @Nullable ConnectivityState published;
    // Only the thread that is named here reads itself in it.
    private volatile @Nullable Thread publisher;

    LvsLoadBalancer(Helper helper, Director director) {
        this.helper = helper;
        this.director = director;
        credentials = hasCallCredentials(helper);
    }

    private static boolean hasCallCredentials(Helper helper) {
        try {
            return helper.getUnsafeChannelCredentials() instanceof CompositeChannelCredentials;
        } catch (UnsupportedOperationException e) {
            return true; // a helper of another policy that does not tell
        }
    }

    // ---- name resolution

    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
        Map<Endpoint, EquivalentAddressGroup> found = new LinkedHashMap<>();
        for (EquivalentAddressGroup group : resolved.getAddresses()) {
            found.putIfAbsent(LvsGrpc.endpoint(group.getAddresses().get(0)), group);
        }
        if (found.isEmpty()) {
            Status status = Status.UNAVAILABLE.withDescription("the name resolver has found no address");
            handleNameResolutionError(status);
            return status;
        }
        try {
            configure(resolved.getLoadBalancingPolicyConfig() instanceof Options given ? given : Options.DEFAULT);
        } catch (DirectorException e) {
            Status status = Status.UNAVAILABLE.withDescription("lvs: " + e.getMessage());
            handleNameResolutionError(status);
            return status;
        }
        for (ServerChannel server : List.copyOf(servers.values())) {
            if (!found.containsKey(server.endpoint())) {
                remove(server);
            }
        }
        found.forEach(this::addOrUpdate);
        publish();
        return Status.OK;
    }

    @Override
    public void handleNameResolutionError(Status error) {
        if (servers.isEmpty()) {
            update(TRANSIENT_FAILURE, new FixedResultPicker(PickResult.withError(error)));
        }
    }

    /**
     * Makes the service as wanted.
     *
     * @throws DirectorException if the director refuses a new one; a change that it refuses is only logged
     */
    private void configure(Options wanted) {
        ServiceKey present = key;
        if (present == null) {
            key = addService(wanted);
        } else if (!wanted.equals(options)) {
            change(() -> director.editService(wanted.service(present)));
        }
        options = wanted;
    }

    /** Adds the service under its name, or under the name with a number if another channel has it. */
    private ServiceKey addService(Options wanted) {
        String name = wanted.serviceName() != null
                ? wanted.serviceName()
                : helper.getAuthority().replaceAll("[^A-Za-z0-9._-]", "-");
        for (int number = 1; ; number++) {
            String numbered = number == 1 && name.length() <= ServiceKey.Named.MAX_LENGTH && !name.isEmpty()
                    ? name
                    : name.substring(0, Math.min(MAX_NAME_LENGTH, name.length())) + "." + number;
            ServiceKey candidate = ServiceKey.named(numbered);
            try {
                director.addService(wanted.service(candidate));
                return candidate;
            } catch (DirectorException e) {
                if (e.reason() != DirectorException.Reason.SERVICE_EXISTS) {
                    throw e;
                }
            }
        }
    }

    /** Adds the service again, with the servers that are ready, if the application has removed it. */
    private void restore() {
        restoring.set(false);
        ServiceKey present = key;
        if (present == null) {
            return;
        }
        if (director.configuration(present) == null) {
            try {
                key = addService(options);
            } catch (DirectorException e) {
                Status status = Status.UNAVAILABLE.withDescription("lvs: " + e.getMessage());
                update(TRANSIENT_FAILURE, new FixedResultPicker(PickResult.withError(status)));
                return;
            }
            for (ServerChannel server : servers.values()) {
                if (server.ready()) {
                    change(() -> director.addServer(service(), server.configuration()));
                }
            }
        }
        publish();
    }

    private void addOrUpdate(Endpoint endpoint, EquivalentAddressGroup group) {
        Integer given = group.getAttributes().get(LvsGrpc.WEIGHT);
        int weight = given == null ? options.defaultWeight() : Math.max(0, given);
        ServerChannel server = servers.get(endpoint);
        if (server == null) {
            Subchannel subchannel = helper.createSubchannel(
                    CreateSubchannelArgs.newBuilder().setAddresses(group).build());
            ServerChannel added = new ServerChannel(endpoint, subchannel, group, weight);
            servers.put(endpoint, added);
            subchannel.start(state -> stateChanged(added, state));
            subchannel.requestConnection();
            return;
        }
        if (!server.addresses.equals(group)) {
            server.addresses = group;
            server.subchannel().updateAddresses(List.of(group));
        }
        // A weight that the application has set stays until the resolver gives another one.
        if (server.weight != weight) {
            server.weight = weight;
            if (server.ready()) {
                change(() -> director.editServer(service(), server.configuration()));
            }
        }
    }

    private void remove(ServerChannel server) {
        leave(server);
        servers.remove(server.endpoint());
        server.subchannel().shutdown();
    }

    // ---- connectivity

    private void stateChanged(ServerChannel server, ConnectivityStateInfo info) {
        ConnectivityState state = info.getState();
        if (state == SHUTDOWN || servers.get(server.endpoint()) != server) {
            return;
        }
        if (state == TRANSIENT_FAILURE || state == IDLE) {
            helper.refreshNameResolution();
        }
        if (state == IDLE) {
            server.subchannel().requestConnection();
        }
        // A server that fails again and again counts as failed until it is connected.
        if (server.state.getState() == TRANSIENT_FAILURE && (state == CONNECTING || state == IDLE)) {
            return;
        }
        server.state = info;
        if (state == READY) {
            join(server);
        } else {
            leave(server);
        }
        publish();
    }

    // A pick that the director refuses reads whether a server is ready. So a server is ready for a part of the time in
    // which
    // the director has it.

    private void join(ServerChannel server) {
        if (!server.ready()) {
            change(() -> director.addServer(service(), server.configuration()));
            server.setReady(true);
        }
    }

    private void leave(ServerChannel server) {
        if (server.ready()) {
            server.setReady(false);
            change(() -> director.removeServer(service(), server.endpoint()));
        }
    }

    /** Makes a change that an application's own changes may have made impossible. */
    private void change(Runnable change) {
        try {
            change.run();
        } catch (DirectorException e) {
            helper.getChannelLogger().log(ChannelLogLevel.WARNING, "lvs: {0}", e.getMessage());
        }
    }

    private ServiceKey service() {
        ServiceKey present = key;
        if (present == null) {
            throw new IllegalStateException("no addresses yet");
        }
        return present;
    }

    private void publish() {
        Status failure = Status.UNAVAILABLE;
        ConnectivityState state = TRANSIENT_FAILURE;
        for (ServerChannel server : servers.values()) {
            ConnectivityState each = server.state.getState();
            if (each == READY) {
                state = READY;
            } else if (each == TRANSIENT_FAILURE) {
                failure = server.state.getStatus();
            } else if (state != READY) {
                state = CONNECTING;
            }
        }
        if (state == READY) {
            update(READY, new CallPicker(this, service(), options.affinityHeader()));
        } else if (state == TRANSIENT_FAILURE) {
            update(TRANSIENT_FAILURE, new FixedResultPicker(PickResult.withError(failure)));
        } else if (published != CONNECTING) {
            update(CONNECTING, new FixedResultPicker(PickResult.withNoResult()));
        }
    }

    private void update(ConnectivityState state, SubchannelPicker picker) {
        published = state;
        publisher = Thread.currentThread();
        try {
            helper.updateBalancingState(state, picker);
        } finally {
            publisher = null;
        }
    }

    @Override
    public void shutdown() {
        List.copyOf(servers.values()).forEach(this::remove);
        ServiceKey present = key;
        if (present != null) {
            key = null;
            change(() -> director.removeService(present));
        }
    }

    // ---- for pickers, from any thread

    Director director() {
        return director;
    }

    @Nullable
    ServerChannel server(Endpoint endpoint) {
        return servers.get(endpoint);
    }

    /** Whether the director has a server for this policy; if not, another picker is on its way. */
    boolean anyReady() {
        for (ServerChannel server : servers.values()) {
            if (server.ready()) {
                return true;
            }
        }
        return false;
    }

    /** Whether gRPC may create a stream for this pick without starting it: see {@link CallTracer}. */
    boolean mayForget(CallOptions call) {
        return credentials || call.getCredentials() != null || publisher == Thread.currentThread();
    }

    /** Adds the service again, and then publishes a picker. */
    void restoreService() {
        if (restoring.compareAndSet(false, true)) {
            helper.getSynchronizationContext().execute(this::restore);
        }
    }

    /** Publishes a picker soon, so that calls that wait are placed again. */
    void pickAgainSoon() {
        if (pickingAgain.compareAndSet(false, true)) {
            helper.getSynchronizationContext()
                    .schedule(
                            () -> {
                                pickingAgain.set(false);
                                if (key != null) {
                                    publish();
                                }
                            },
                            PICK_AGAIN_MILLIS,
                            TimeUnit.MILLISECONDS,
                            helper.getScheduledExecutorService());
        }
    }
}
