package org.lvs4j;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.TemplateHandle;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.service.Sysctl;

/**
 * The three defences of IPVS against floods: {@code drop_packet} drops packets that would open connections,
 * {@code drop_entry} drops connections that look idle or half-open, and {@code secure_tcp} applies a stricter TCP state
 * table. Once a second the available memory decides which are in force: modes 1 and 2 follow it, mode 3 is always on,
 * mode 0 always off.
 *
 * <p>The kernel examines a thirty-second of its table every second. This class examines each connection with that
 * probability, which is the same on average.
 */
final class Defence {
    private static final int AUTO_IDLE = 1;
    private static final int AUTO_ACTIVE = 2;
    private static final int ALWAYS = 3;
    private static final int SAMPLE = 32;
    private static final int MAX_SUSPECT_PACKETS = 8;
    private static final long FRESH_NANOS = 60_000_000_000L;

    private final Settings settings;
    private final LongSupplier availablePages;
    private final RandomGenerator random;
    private final AtomicInteger packetCountdown = new AtomicInteger();
    private final int[] entryCountdown = new int[MAX_SUSPECT_PACKETS + 1];
    private final AtomicLong packetsDropped = new AtomicLong();
    private final AtomicLong entriesDropped = new AtomicLong();

    // Written by update() under the lock, read by packets without one. A packet that reads the old value is treated as
    // if it had arrived before the update.
    private volatile int dropRate;
    private volatile boolean secureTcp;
    private volatile boolean dropEntries;

    Defence(Settings settings, LongSupplier availablePages, RandomGenerator random) {
        this.settings = settings;
        this.availablePages = availablePages;
        this.random = random;
    }

    /** Whether the stricter TCP state table is in force. */
    boolean secureTcp() {
        return secureTcp;
    }

    /** Whether to drop a packet that would open a connection; counts it if so. */
    boolean dropsPacket() {
        int rate = dropRate;
        if (rate == 0) {
            return false;
        }
        while (true) {
            int left = packetCountdown.get();
            boolean drop = left <= 1;
            if (packetCountdown.compareAndSet(left, drop ? rate : left - 1)) {
                if (drop) {
                    packetsDropped.incrementAndGet();
                }
                return drop;
            }
        }
    }

    /** Decides which defences are in force. To be called once a second and when a setting has changed. */
    synchronized void update() {
        int threshold = settings.get(Sysctl.AMEMTHRESH);
        long available = availablePages.getAsLong();
        boolean low = available < threshold;
        dropEntries = active(Sysctl.DROP_ENTRY, low);
        secureTcp = active(Sysctl.SECURE_TCP, low);
        int rate = 0;
        if (active(Sysctl.DROP_PACKET, low)) {
            if (settings.get(Sysctl.DROP_PACKET) == ALWAYS) {
                rate = settings.get(Sysctl.AM_DROPRATE);
            } else {
                rate = (int) (threshold / (threshold - Math.max(0, available)));
                packetCountdown.set(rate);
            }
        }
        dropRate = rate;
    }

    private boolean active(Sysctl sysctl, boolean low) {
        int mode = settings.get(sysctl);
        if (mode == AUTO_IDLE && low) {
            settings.replace(sysctl, AUTO_IDLE, AUTO_ACTIVE);
        } else if (mode == AUTO_ACTIVE && !low) {
            settings.replace(sysctl, AUTO_ACTIVE, AUTO_IDLE);
        }
        return mode == ALWAYS || low && mode != 0;
    }

    /** Drops suspicious connections and templates, if {@code drop_entry} is in force. */
    synchronized void dropEntries(
            ConnectionTable connections, HeldConnections held, Templates templates, long nowNanos) {
        if (!dropEntries) {
            return;
        }
        connections.forEach(connection -> {
            if (random.nextInt(SAMPLE) == 0
                    && isSuspect(connection.state(), connection.inPackets(), connection.idleNanos(nowNanos))) {
                TemplateHandle template = connection.template();
                if (connection.remove()) {
                    dropped(templates, template);
                }
            }
        });
        held.forEach(connection -> {
            if (random.nextInt(SAMPLE) == 0
                    && isSuspect(connection.state(), connection.inPackets(), connection.idleNanos(nowNanos))
                    && held.expire(connection)) {
                dropped(templates, connection.template());
            }
        });
        templates.forEach(template -> {
            if (random.nextInt(SAMPLE) == 0 && !template.hasConnections() && drop(templates, template, nowNanos)) {
                entriesDropped.incrementAndGet();
            }
        });
    }

    /**
     * Drops a template if it is suspicious. A template of single datagrams is never confirmed, so its
     * idle time decides.
     */
    private boolean drop(Templates templates, Template template, long nowNanos) {
        if (!template.onePacket()) {
            return templates.dropUnconfirmed(template);
        }
        long idleNanos = nowNanos + template.timeoutNanos() - template.deadlineNanos();
        return isDue(template.inPackets(), idleNanos) && template.dropIfIdle();
    }

    private void dropped(Templates templates, @Nullable TemplateHandle handle) {
        entriesDropped.incrementAndGet();
        if (handle instanceof Template template) {
            templates.dropUnconfirmed(template);
        }
    }

    private boolean isSuspect(ConnectionState state, int inPackets, long idleNanos) {
        return switch (state) {
            case SYN_RECV, SYNACK, SCTP_INIT1, SCTP_INIT -> true;
            case ESTABLISHED, SCTP_ESTABLISHED, UDP -> isDue(inPackets, idleNanos);
            default -> false;
        };
    }

    /**
     * Whether a connection with 1 to 8 packets that has been idle for a minute is dropped: of those with i
     * packets, every i-th.
     */
    private boolean isDue(int packets, long idleNanos) {
        if (packets < 1 || packets > MAX_SUSPECT_PACKETS || idleNanos < FRESH_NANOS) {
            return false;
        }
        if (--entryCountdown[packets] > 0) {
            return false;
        }
        entryCountdown[packets] = packets;
        return true;
    }

    /** Expires the connections of removed servers, and their templates unless an open connection still needs them. */
    static void expireNoDestination(ConnectionTable connections, HeldConnections held, Templates templates) {
        connections.forEach(connection -> {
            ServerState server = connection.server();
            while (server != null && !server.present() && !connection.remove() && connection.findAgain()) {
                server = connection.server();
            }
        });
        held.forEach(connection -> {
            if (!connection.server().present()) {
                held.expire(connection);
            }
        });
        templates.forEach(template -> {
            if (!template.server().present()) {
                template.dropIfIdle();
            }
        });
    }

    long packetsDropped() {
        return packetsDropped.get();
    }

    long entriesDropped() {
        return entriesDropped.get();
    }
}
