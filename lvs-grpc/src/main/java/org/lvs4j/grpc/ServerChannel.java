package org.lvs4j.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;

/**
 * A server: its subchannel, and the calls that were placed on it but have no stream yet. Fields that are not final belong to
 * the synchronization context, but for {@code ready}.
 *
 * <p>gRPC drops a pick without a word if the subchannel has lost its connection, and picks again later. Such a pick is in
 * {@link #picked} when the loss is reported, and is released then. A pick that is made at the same moment sees that the server
 * is not ready: it adds itself before it reads {@code ready}, which is cleared before the queue is emptied.
 */
final class ServerChannel {
    private final Endpoint endpoint;
    private final Subchannel subchannel;
    private final Queue<PlacedCall> picked = new ConcurrentLinkedQueue<>();

    EquivalentAddressGroup addresses;
    int weight;
    ConnectivityStateInfo state = ConnectivityStateInfo.forNonError(ConnectivityState.IDLE);
    private volatile boolean ready;

    ServerChannel(Endpoint endpoint, Subchannel subchannel, EquivalentAddressGroup addresses, int weight) {
        this.endpoint = endpoint;
        this.subchannel = subchannel;
        this.addresses = addresses;
        this.weight = weight;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Subchannel subchannel() {
        return subchannel;
    }

    RealServer configuration() {
        return RealServer.of(endpoint).withWeight(weight);
    }

    boolean ready() {
        return ready;
    }

    /** Takes calls from now on, or takes none and releases those without a stream. */
    void setReady(boolean takesCalls) {
        ready = takesCalls;
        if (!takesCalls) {
            PlacedCall call;
            while ((call = picked.poll()) != null) {
                call.release();
            }
        }
    }

    /**
     * The result of a pick, or null if the server is not ready any more; then the connection has been released.
     *
     * @param followed whether the stream may be forgotten, see {@link CallTracer}
     */
    @Nullable
    PickResult pick(Connection connection, boolean followed) {
        PlacedCall call = new PlacedCall(this, connection, followed);
        picked.add(call);
        if (ready) {
            return PickResult.withSubchannel(subchannel, call);
        }
        picked.remove(call);
        call.release();
        return null;
    }

    /** The call has a stream. */
    void started(PlacedCall call) {
        // Few threads are between pick and stream at a time, so the search is short.
        picked.remove(call);
    }
}
