package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.service.RealServer;

/**
 * What is live about one real server of one service: its connections, its overload mark, its statistics, and
 * whether it is in service. It outlives edits, and removals for as long as connections hold on to it.
 *
 * <p>Active and inactive connections share one 64-bit word, so that a reading of both is of one moment and a move
 * between them is one atomic addition.
 *
 * <p>Assumptions: {@link #configure}, {@link #enter} and {@link #leave} are called under the configuration lock.
 * Guarantees: every connection bound is counted until it is released, exactly once. Progress: reading is
 * wait-free; binding, moving and releasing are lock-free, as is the reader of the board that they tell.
 */
public final class ServerState {
    private static final VarHandle ACTIVITY;
    private static final VarHandle TEMPLATES;
    private static final long ONE_ACTIVE = 1L << 32;
    private static final long ONE_INACTIVE = 1;
    private static final long RETIRED = Long.MIN_VALUE;

    // A move and a release that race may let a count be below zero for a moment, but never by this much.
    private static final int RETIRED_BELOW = Integer.MIN_VALUE / 2;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ACTIVITY = lookup.findVarHandle(ServerState.class, "activity", long.class);
            TEMPLATES = lookup.findVarHandle(ServerState.class, "templates", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int id;
    private final int port;
    private final Statistics statistics = new Statistics();
    private final Counters counters = statistics.counters();
    private long activity;
    private int templates;

    // Written under the configuration lock, read by packet threads: volatile publishes each change by itself.
    private volatile RealServer config;
    private volatile Counters serviceCounters;
    private volatile boolean present;
    private volatile LoadBoard board;

    // Set and cleared by whoever moves the total across a threshold; readers may lag by one connection.
    private volatile boolean overloaded;

    /** A server that is not yet in service. */
    public ServerState(int id, RealServer config, Counters serviceCounters, LoadBoard board) {
        this.id = id;
        port = config.endpoint().port();
        this.config = config;
        this.serviceCounters = serviceCounters;
        this.board = board;
    }

    /** Names this server for as long as it is known. */
    public int id() {
        return id;
    }

    /** The port of its endpoint, which no configuration changes. */
    public int port() {
        return port;
    }

    /** The present configuration. */
    public RealServer config() {
        return config;
    }

    /** Its traffic. */
    public Statistics statistics() {
        return statistics;
    }

    /** The counters of its traffic. */
    public Counters counters() {
        return counters;
    }

    /** The counters of the service it belongs to or belonged to last; its own are a part of them. */
    public Counters serviceCounters() {
        return serviceCounters;
    }

    /** Whether the server is part of its service, as opposed to removed. */
    public boolean present() {
        return present;
    }

    /** Whether it must not get new connections. */
    public boolean overloaded() {
        return overloaded;
    }

    /** Live active connections. */
    public int active() {
        return activeOf((long) ACTIVITY.getOpaque(this));
    }

    /** Live inactive connections. */
    public int inactive() {
        return inactiveOf((long) ACTIVITY.getOpaque(this));
    }

    /** Active connections in the upper 32 bits, inactive ones in the lower, of one moment. */
    public long connections() {
        // Volatile for the reader of the board: who is put there after a change must see it.
        return (long) ACTIVITY.getVolatile(this);
    }

    /** Live persistence templates. */
    public int templates() {
        return (int) TEMPLATES.getOpaque(this);
    }

    /** Whether nothing holds on to this server any more. */
    public boolean unused() {
        return (long) ACTIVITY.getAcquire(this) == 0 && (int) TEMPLATES.getAcquire(this) == 0;
    }

    /** Puts the server into service, of which counters and board are given; a different service zeroes the statistics. */
    public void enter(RealServer newConfig, Counters ofService, LoadBoard newBoard) {
        board = newBoard;
        if (overloaded) {
            newBoard.noteOverload();
        }
        if (serviceCounters != ofService) {
            statistics.zero();
            serviceCounters = ofService;
        }
        ofService.include(counters);
        configure(newConfig);
        present = true;
    }

    /** Takes the server out of service; its connections remain. */
    public void leave() {
        present = false;
    }

    /**
     * Changes the configuration. Raising, introducing or dropping the upper threshold clears the overload mark even
     * if the limit is reached, so that one more connection gets in: the rule of kernel 6.1.
     */
    public void configure(RealServer newConfig) {
        int oldUpper = config.upperThreshold();
        config = newConfig;
        if (newConfig.upperThreshold() == 0 || newConfig.upperThreshold() > oldUpper) {
            setOverloaded(false);
        }
        board.loadDecreased(id);
    }

    /** Counts a connection; fails if this has been retired. */
    boolean bind(boolean active) {
        long delta = active ? ONE_ACTIVE : ONE_INACTIVE;
        long now = (long) ACTIVITY.getAndAdd(this, delta) + delta;
        if (activeOf(now) < RETIRED_BELOW) {
            ACTIVITY.getAndAdd(this, -delta);
            return false;
        }
        markIfFull(now);
        return true;
    }

    /**
     * Counts a connection that ends with its only packet.
     *
     * @return whether it did: not if this has been retired
     */
    public boolean pass() {
        if (!bind(false)) {
            return false;
        }
        release(false);
        return true;
    }

    /**
     * Lets no connection be bound any more, if there is none: its number may mean another server from now on.
     *
     * @return whether there is none
     */
    public boolean retire() {
        return unused() && ACTIVITY.compareAndSet(this, 0L, RETIRED);
    }

    /** Counts a template. */
    public void bindTemplate() {
        TEMPLATES.getAndAdd(this, 1);
        markIfFull((long) ACTIVITY.getOpaque(this));
    }

    private void markIfFull(long now) {
        int upper = config.upperThreshold();
        if (upper != 0 && total(now) >= upper) {
            setOverloaded(true);
            // A release that raced past the mark may not have seen it: look once more.
            if (hasRoom((long) ACTIVITY.getVolatile(this))) {
                setOverloaded(false);
            }
        }
    }

    void move(boolean toActive) {
        ACTIVITY.getAndAdd(this, toActive ? ONE_ACTIVE - ONE_INACTIVE : ONE_INACTIVE - ONE_ACTIVE);
        if (!toActive) {
            board.loadDecreased(id);
        }
    }

    void release(boolean active) {
        long delta = active ? ONE_ACTIVE : ONE_INACTIVE;
        unmarkIfRoom((long) ACTIVITY.getAndAdd(this, -delta) - delta);
        board.loadDecreased(id);
    }

    /** Counts a template less. */
    public void releaseTemplate() {
        TEMPLATES.getAndAdd(this, -1);
        unmarkIfRoom((long) ACTIVITY.getOpaque(this));
    }

    private void unmarkIfRoom(long now) {
        if (overloaded && hasRoom(now)) {
            setOverloaded(false);
            // A bind that raced past the clearing may have filled the server: look once more.
            int upper = config.upperThreshold();
            if (upper != 0 && total((long) ACTIVITY.getVolatile(this)) >= upper) {
                setOverloaded(true);
            }
        }
    }

    private void setOverloaded(boolean now) {
        overloaded = now;
        // After the write: enter() reads in the opposite order, so one of the two tells a board that has just come in.
        LoadBoard current = board;
        if (now) {
            current.noteOverload();
        } else {
            current.loadDecreased(id);
        }
    }

    private boolean hasRoom(long word) {
        RealServer current = config;
        long total = total(word);
        long upper = current.upperThreshold();
        long lower = current.lowerThreshold();
        return lower != 0 ? total < lower : upper == 0 || total * 4 < upper * 3;
    }

    private static int activeOf(long word) {
        return (int) (word >>> 32);
    }

    private static int inactiveOf(long word) {
        return (int) word;
    }

    private static long total(long word) {
        return (long) activeOf(word) + inactiveOf(word);
    }

    @Override
    public String toString() {
        return config + " active " + active() + " inactive " + inactive();
    }
}
