package org.lvs4j.netty;

import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.RateLimitedLog;

/** Passes records of connections that have ended on to the application, if it wants them. Thread-safe. */
final class ConnectionLog {
    private final @Nullable Consumer<? super ConnectionRecord> receiver;
    private final RateLimitedLog log;

    ConnectionLog(@Nullable Consumer<? super ConnectionRecord> receiver, RateLimitedLog log) {
        this.receiver = receiver;
        this.log = log;
    }

    /** Begins to observe a connection or flow; null if no records are wanted, which costs this check. */
    @Nullable
    ConnectionTrace begin(Protocol protocol, @Nullable InetSocketAddress client, @Nullable InetSocketAddress address) {
        return receiver == null ? null : new ConnectionTrace(protocol, client, address);
    }

    /** Reports what was observed; only the first call has an effect. No failure of the receiver harms the connection. */
    void end(@Nullable ConnectionTrace trace, ConnectionRecord.End how) {
        Consumer<? super ConnectionRecord> to = receiver;
        if (trace == null || to == null) {
            return;
        }
        try {
            ConnectionRecord done = trace.end(how);
            if (done != null) {
                to.accept(done);
            }
        } catch (OutOfMemoryError e) {
            RelayState.LOGGER.trace("no memory for the record of a connection", e);
        } catch (RuntimeException | Error e) {
            log.warn("{}: the record of a connection was not taken: {}", "connection log", e);
        }
    }
}
