package org.lvs4j.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import org.lvs4j.Connection;

/** A call that has a server but no stream yet. gRPC asks for its tracer as soon as it creates the stream. */
final class PlacedCall extends ClientStreamTracer.Factory {
    private final ServerChannel server;
    private final Connection connection;
    private final boolean followed;

    PlacedCall(ServerChannel server, Connection connection, boolean followed) {
        this.server = server;
        this.connection = connection;
        this.followed = followed;
    }

    void release() {
        connection.expire();
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        CallTracer tracer = new CallTracer(connection, info.getCallOptions().getDeadline());
        if (followed) {
            tracer.follow();
        }
        server.started(this);
        return tracer;
    }
}
