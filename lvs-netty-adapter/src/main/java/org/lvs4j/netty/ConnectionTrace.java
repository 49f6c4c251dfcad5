package org.lvs4j.netty;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * What is observed of a connection or flow for its {@link ConnectionRecord}. There is none without a connection log.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class ConnectionTrace {
    private static final long NONE = -1;

    private final long startMillis = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();
    private final Protocol protocol;
    private final @Nullable InetSocketAddress client;
    private final @Nullable InetSocketAddress address;
    private @Nullable ServiceKey service;
    private @Nullable Endpoint server;
    private int serversTried;
    private long clientBytes;
    private long serverBytes;
    private long connectNanos = NONE;
    private long firstByteNanos = NONE;
    private boolean ended;

    ConnectionTrace(Protocol protocol, @Nullable InetSocketAddress client, @Nullable InetSocketAddress address) {
        this.protocol = protocol;
        this.client = client;
        this.address = address;
    }

    void service(@Nullable ServiceKey key) {
        service = key;
    }

    /** A server is about to be connected that was not tried before. */
    void tried(Endpoint next) {
        server = next;
        serversTried++;
    }

    void connected(long nanos) {
        connectNanos = nanos;
    }

    void fromClient(int bytes) {
        clientBytes += bytes;
    }

    void fromServer(int bytes) {
        serverBytes += bytes;
    }

    void firstByte(long nanos) {
        firstByteNanos = nanos;
    }

    /** The record of a connection that ends now; null if it has ended already. */
    @Nullable
    ConnectionRecord end(ConnectionRecord.End how) {
        if (ended) {
            return null;
        }
        ended = true;
        return new ConnectionRecord(
                Instant.ofEpochMilli(startMillis),
                protocol,
                client == null ? null : Endpoint.of(client),
                address == null ? null : Endpoint.of(address),
                service,
                server,
                clientBytes,
                serverBytes,
                Duration.ofNanos(System.nanoTime() - startNanos),
                duration(connectNanos),
                duration(firstByteNanos),
                serversTried,
                how);
    }

    private static @Nullable Duration duration(long nanos) {
        return nanos == NONE ? null : Duration.ofNanos(nanos);
    }
}
