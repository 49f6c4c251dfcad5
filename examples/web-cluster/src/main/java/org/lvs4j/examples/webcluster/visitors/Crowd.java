package org.lvs4j.examples.webcluster.visitors;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A number of visitors at a time, each on a thread. When one has seen enough, the next one comes, until the crowd is
 * closed. Thread-safe.
 */
public final class Crowd implements AutoCloseable {
    private static final long JOIN_MILLIS = 10_000;

    private final Site site;
    private final Behaviour behaviour;
    private final Counts counts = new Counts();
    private final AtomicInteger next;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * An order that was confirmed.
     *
     * @param number its number, as the site has told it
     */
    public record Order(long number) {}

    /**
     * How visitors behave.
     *
     * @param visits how many times a visitor comes back before the next one takes its place
     * @param pause between two pages
     * @param patience how long a visitor waits for each step of an answer
     * @param shopping whether they sign up and buy; otherwise they look at pages with an anonymous basket
     * @param secure whether they use HTTPS
     * @param addresses the address of the next connection of the n-th visitor
     */
    public record Behaviour(
            int visits,
            Duration pause,
            Duration patience,
            boolean shopping,
            boolean secure,
            IntFunction<InetAddress> addresses) {
        /** Visitors that shop, each from an address of its own. */
        public static final Behaviour SHOPPING =
                new Behaviour(8, Duration.ofMillis(150), Duration.ofSeconds(15), true, true, ClientAddresses::own);

        /** Visitors that look, and fill a basket without signing up, over HTTP. */
        public static final Behaviour LOOKING =
                new Behaviour(8, Duration.ofMillis(150), Duration.ofSeconds(15), false, false, ClientAddresses::own);

        /** The same with other addresses. */
        public Behaviour from(IntFunction<InetAddress> wanted) {
            return new Behaviour(visits, pause, patience, shopping, secure, wanted);
        }

        /** The same with another number of visits. */
        public Behaviour withVisits(int wanted) {
            return new Behaviour(wanted, pause, patience, shopping, secure, addresses);
        }

        /** The same with another pause. */
        public Behaviour withPause(Duration wanted) {
            return new Behaviour(visits, wanted, patience, shopping, secure, addresses);
        }
    }

    private Crowd(Site site, int first, Behaviour behaviour) {
        this.site = site;
        this.behaviour = behaviour;
        next = new AtomicInteger(first);
    }

    /**
     * Lets visitors come.
     *
     * @param size how many there are at a time
     * @param first the number of the first one; those that follow count on
     */
    public static Crowd start(Site site, int size, int first, Behaviour behaviour) {
        Crowd crowd = new Crowd(site, first, behaviour);
        for (int i = 0; i < size; i++) {
            Thread thread = new Thread(crowd::come, "visitor-" + i);
            thread.setDaemon(true);
            crowd.threads.add(thread);
        }
        crowd.threads.forEach(Thread::start);
        return crowd;
    }

    private void come() {
        while (!closed) {
            int number = next.getAndIncrement();
            try (Visitor visitor = new Visitor(site, number, behaviour, counts)) {
                visitor.run(() -> closed);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** What they have met so far. */
    public Tally tally() {
        return counts.tally();
    }

    /** The orders that were confirmed so far. */
    public List<Order> orders() {
        return counts.orders();
    }

    /** The number of the next visitor. */
    public int next() {
        return next.get();
    }

    /** Lets the visitors finish their page, waits for that, and tells what they have met. */
    public Tally leave() {
        close();
        return tally();
    }

    /** Lets the visitors finish their page, and waits for that. Idempotent. */
    @Override
    public void close() {
        closed = true;
        long end = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.forEach(Thread::interrupt);
    }
}
