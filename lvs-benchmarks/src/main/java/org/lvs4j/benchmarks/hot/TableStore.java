package org.lvs4j.benchmarks.hot;

import java.util.function.LongSupplier;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.concurrent.TimerWheel;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.internal.connection.Timeouts;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.Flow;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * The connection table without the director: no choice of services, no scheduler, no statistics. A packet updates state
 * and deadline. Servers are chosen in turn, and an ended connection is removed at once.
 */
final class TableStore implements ConnectionStore {
    private static final int PORT = 80;
    private static final int BYTES = 100;
    private static final int SERVER_SHIFT = 24;

    private final LongSupplier clock;
    private final ConnectionTable table;
    private final ServerState[] servers = new ServerState[StorePeer.SERVERS];
    private int nextServer;

    TableStore(LongSupplier clock) {
        this.clock = clock;
        long now = clock.getAsLong();
        IdTable<ServerState> ids = new IdTable<>(ServerState[]::new, 1 << 20);
        IdTable<TemplateHandle> handles = new IdTable<>(TemplateHandle[]::new, 1);
        table = new ConnectionTable(new Timeouts(), ids, handles, new TimerWheel(now), Integer.MAX_VALUE, now);
        Counters counters = new Counters();
        LoadBoard board = new LoadBoard();
        for (int i = 0; i < servers.length; i++) {
            RealServer config = RealServer.builder("10.1." + i / 256 + "." + i % 256 + ":" + PORT)
                    .forwarding(Forwarding.direct())
                    .build();
            int id = ids.take();
            servers[i] = new ServerState(id, config, counters, board);
            ids.set(id, servers[i]);
            servers[i].enter(config, counters, board);
        }
    }

    @Override
    public int follow(Flow flow) {
        long now = clock.getAsLong();
        table.advance(now);
        long followed = table.follow(flow, TcpFlags.ACK, BYTES, now);
        if (followed >= 0) {
            return (int) (followed >>> SERVER_SHIFT);
        }
        ConnectionCursor cursor;
        while ((cursor = table.find(flow)) != null) {
            ServerState server = cursor.server();
            if (server != null && cursor.follow(server, true, TcpFlags.ACK, false, now)) {
                return server.id();
            }
        }
        return -1;
    }

    @Override
    public void place(Flow flow) {
        // Threads that race here may pick the same server, which does not matter.
        int index = nextServer;
        nextServer = index + 1 == servers.length ? 0 : index + 1;
        long now = clock.getAsLong();
        if (!table.reserve()) {
            throw new IllegalStateException("the limit of connections is reached");
        }
        ConnectionCursor.Insertion insertion =
                table.cursor().insert(flow, servers[index], PORT, null, TcpFlags.SYN, false, now);
        if (insertion != ConnectionCursor.Insertion.DONE) {
            throw new IllegalStateException(flow + " was not inserted: " + insertion);
        }
        follow(flow);
    }

    @Override
    public void end(Flow flow) {
        ConnectionCursor cursor;
        do {
            cursor = table.find(flow);
        } while (cursor != null && !cursor.remove());
    }

    @Override
    public long live() {
        return table.size();
    }
}
