package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.LoadBoard;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.internal.counters.Statistics;
import org.lvs4j.service.RealServer;

/**
 * The mutable state of one real server of one service: configuration, number of connections and templates, overload
 * mark, statistics, and whether the service contains the server. It survives edits of the server, and a removal for as
 * long as connections or templates refer to it.
 *
 * <p>The numbers of active and inactive connections share one 64-bit word. So both are read at one moment, and a change
 * from one to the other is one atomic addition.
 *
 * <p>Assumptions: {@link #configure}, {@link #enter} and {@link #leave} are called under the configuration lock.
 * Guarantees: every connection is counted from {@link #bind} to {@link #release}, exactly once. Progress: reading is
 * wait-free. Binding, changing and releasing a connection are lock-free, apart from the reader of the
 * {@link LoadBoard}, which they call.
 */
public final class ServerState {
    private static final VarHandle ACTIVITY;
    private static final VarHandle TEMPLATES;
    private static final long ONE_ACTIVE = 1L << 32;
    private static final long ONE_INACTIVE = 1;
    private static final long RETIRED = Long.MIN_VALUE;

    // A change and a release that race may make a count negative for a moment, but never by this much.
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

    // Final: FastPath gets the server by a plain racy read and then uses port and counters. Of the other fields it
    // only reads present.
    private final int id;
    private final int port;
    private final Statistics statistics = new Statistics();
    private final Counters counters = statistics.counters();
    private long activity;
    private int templates;

    // Written under the configuration lock, read by packet threads. Volatile: the write in configure pairs with the
    // read in config, those in enter and leave with the reads in serviceCounters and present. The default of present,
    // false, sends a packet of FastPath to the general path.
    private volatile RealServer config;
    private volatile Counters serviceCounters;
    private volatile boolean present;

    // Volatile: enter writes the board and then reads the mark, setOverloaded writes the mark and then reads the board,
    // so at least one of the two notifies a new board of an overload.
    private volatile LoadBoard board;

    // Written under the configuration lock, except that a drain closes the server as its time passes. Volatile: a
    // connection that is placed by the old value is found by the sweep that ends the connections.
    private volatile Stage stage = Stage.OPEN;

    // Written by the thread that ends the connections, read by their holders.
    private volatile @Nullable PacedEnd pacedEnd;

    // Written by the thread whose connection makes the total cross a threshold; a reader may see it late by one
    // connection. Volatile: bind and release change the total, then write the mark, then read the total again, so the
    // last of the two corrects the mark.
    private volatile boolean overloaded;

    /** What a drain leaves to a server. */
    public enum Stage {
        /** It is not drained. */
        OPEN,
        /** Its weight counts as zero. */
        QUIESCED,
        /** Clients with a template are placed on other servers, too. */
        CLOSED
    }

    /** A server that is not part of a service yet. */
    public ServerState(int id, RealServer config, Counters serviceCounters, LoadBoard board) {
        this.id = id;
        port = config.endpoint().port();
        this.config = config;
        this.serviceCounters = serviceCounters;
        this.board = board;
    }

    /** The id of the server until it is retired. */
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

    /** The configured weight, or zero while it is drained. */
    public int weight() {
        return stage == Stage.OPEN ? config.weight() : 0;
    }

    /** What a drain leaves to it. */
    public Stage stage() {
        return stage;
    }

    /** Changes what a drain leaves to it. The caller then lets its service read the weight again. */
    public void stage(Stage next) {
        stage = next;
    }

    /** The end of its connections that is under way or over, or null. */
    public @Nullable PacedEnd pacedEnd() {
        return pacedEnd;
    }

    /** Begins to end its connections; null stops that. */
    public void pacedEnd(@Nullable PacedEnd end) {
        pacedEnd = end;
    }

    /** Its statistics. */
    public Statistics statistics() {
        return statistics;
    }

    /** The counters of its statistics. */
    public Counters counters() {
        return counters;
    }

    /** The counters of its service, or of its last service if it was removed; they include its own. */
    public Counters serviceCounters() {
        return serviceCounters;
    }

    /** Whether the server is part of its service; false once it is removed. */
    public boolean present() {
        return present;
    }

    /**
     * Whether it must not get new connections, because it has reached its upper threshold and not yet fallen
     * below the lower.
     */
    public boolean overloaded() {
        return overloaded;
    }

    /** The number of active connections. */
    public int active() {
        return activeOf(activityOpaque());
    }

    /** The number of inactive connections. */
    public int inactive() {
        return inactiveOf(activityOpaque());
    }

    /** Active connections in the upper 32 bits, inactive ones in the lower, of one moment. */
    public long connections() {
        // Volatile: pairs with addActivity. A reader of the board that reads this after it was registered sees every
        // change of which it is not notified.
        return activityVolatile();
    }

    /** Active and inactive connections together, of one moment. */
    public long total() {
        return total(activityOpaque());
    }

    /** Whether it is {@linkplain #retire retired}. */
    public boolean retired() {
        return activeOf(activityVolatile()) < RETIRED_BELOW;
    }

    /** The number of persistence templates. */
    public int templates() {
        return (int) TEMPLATES.getOpaque(this);
    }

    /** Whether neither connections nor templates refer to this server. */
    public boolean unused() {
        // Acquire: pairs with the additions in release and releaseTemplate.
        return (long) ACTIVITY.getAcquire(this) == 0 && (int) TEMPLATES.getAcquire(this) == 0;
    }

    // ---- accesses

    private long activityOpaque() {
        return (long) ACTIVITY.getOpaque(this);
    }

    private long activityVolatile() {
        return (long) ACTIVITY.getVolatile(this);
    }

    /**
     * A volatile read and write. Returns the sum. Pairs with {@link #unused}, {@link #connections} and {@link #retire}.
     */
    private long addActivity(long delta) {
        return (long) ACTIVITY.getAndAdd(this, delta) + delta;
    }

    // ---- configuration

    /**
     * Makes the server part of a service, given by its counters and its board; another service than before
     * resets the statistics.
     */
    public void enter(RealServer newConfig, Counters ofService, LoadBoard newBoard) {
        board = newBoard;
        if (overloaded) {
            newBoard.noteOverload();
        }
        if (serviceCounters != ofService) {
            statistics.reset();
            serviceCounters = ofService;
        }
        ofService.include(counters);
        configure(newConfig);
        present = true;
    }

    /** Removes the server from its service; its connections remain. */
    public void leave() {
        present = false;
    }

    /**
     * Changes the configuration. Raising, introducing or dropping the upper threshold clears the overload mark even if
     * the limit is reached, so that one more connection gets in: the rule of kernel 6.1.
     */
    public void configure(RealServer newConfig) {
        int oldUpper = config.upperThreshold();
        config = newConfig;
        if (newConfig.upperThreshold() == 0 || newConfig.upperThreshold() > oldUpper) {
            setOverloaded(false);
        }
        board.loadDecreased(id);
    }

    /** What {@link #restore} needs. */
    public Saved save() {
        return new Saved(config, overloaded, statistics.save());
    }

    /**
     * Takes back changes of the configuration, and leaving and entering a service: as {@link #enter}, with the overload
     * mark and the statistics of the moment of {@link #save}.
     */
    public void restore(Saved saved, Counters ofService, LoadBoard ofBoard) {
        enter(saved.config, ofService, ofBoard);
        statistics.restore(saved.statistics);
        setOverloaded(saved.overloaded);
        // Connections may have ended meanwhile, without a mark to clear.
        unmarkIfRoom(activityVolatile());
    }

    /** The configuration, the overload mark and the statistics of one moment. */
    public record Saved(RealServer config, boolean overloaded, Statistics.Saved statistics) {}

    // ---- connections and templates

    /** Counts a connection; fails if this server is retired. */
    boolean bind(boolean active) {
        long delta = active ? ONE_ACTIVE : ONE_INACTIVE;
        long now = addActivity(delta);
        if (activeOf(now) < RETIRED_BELOW) {
            addActivity(-delta);
            return false;
        }
        markIfFull(now);
        return true;
    }

    /**
     * Counts a connection that ends with its only packet.
     *
     * @return whether it was counted; false if this server is retired
     */
    public boolean countSinglePacket() {
        if (!bind(false)) {
            return false;
        }
        release(false);
        return true;
    }

    /**
     * Retires this server if it is unused: no connection can be bound to it any more, and its id may be reused.
     *
     * @return whether it is retired
     */
    public boolean retire() {
        // Pairs with addActivity in bind: either the connection is counted first, or it is refused.
        return unused() && ACTIVITY.compareAndSet(this, 0L, RETIRED);
    }

    /** Counts a template. */
    public void bindTemplate() {
        TEMPLATES.getAndAdd(this, 1);
        markIfFull(activityOpaque());
    }

    private void markIfFull(long now) {
        int upper = config.upperThreshold();
        if (upper != 0 && total(now) >= upper) {
            setOverloaded(true);
            // A release that raced may have read the mark before it was set: check again. Pairs with unmarkIfRoom.
            if (hasRoom(activityVolatile())) {
                setOverloaded(false);
            }
        }
    }

    /** Counts a connection as active instead of inactive, or the reverse. */
    void move(boolean toActive) {
        addActivity(toActive ? ONE_ACTIVE - ONE_INACTIVE : ONE_INACTIVE - ONE_ACTIVE);
        if (!toActive) {
            board.loadDecreased(id);
        }
    }

    /** Counts one connection less. */
    void release(boolean active) {
        unmarkIfRoom(addActivity(active ? -ONE_ACTIVE : -ONE_INACTIVE));
        board.loadDecreased(id);
    }

    /** Counts one template less. */
    public void releaseTemplate() {
        // Pairs with the acquire in unused.
        TEMPLATES.getAndAdd(this, -1);
        unmarkIfRoom(activityOpaque());
    }

    private void unmarkIfRoom(long now) {
        if (overloaded && hasRoom(now)) {
            setOverloaded(false);
            // A bind that raced may have set the mark before it was cleared: check again. Pairs with markIfFull.
            int upper = config.upperThreshold();
            if (upper != 0 && total(activityVolatile()) >= upper) {
                setOverloaded(true);
            }
        }
    }

    private void setOverloaded(boolean now) {
        overloaded = now;
        // After the write; pairs with enter, which writes the board first and reads the mark second.
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
