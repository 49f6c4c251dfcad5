package org.lvs4j.examples.webcluster.visitors;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What a crowd of visitors has met. Thread-safe; the counts of one picture are not of one instant. */
final class Counts {
    private final LongAdder pages = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final LongAdder wrong = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder moved = new LongAdder();
    private final LongAdder signIns = new LongAdder();
    private final LongAdder resumed = new LongAdder();
    private final LongAdder full = new LongAdder();
    private final Map<String, LongAdder> pagesOf = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> lostFrom = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> failedAt = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> problems = new ConcurrentHashMap<>();
    private final Queue<Crowd.Order> orders = new ConcurrentLinkedQueue<>();

    void page(String server) {
        pages.increment();
        pagesOf.computeIfAbsent(server, name -> new LongAdder()).increment();
    }

    void failed(String lastServer, String reason) {
        failed.increment();
        failedAt.computeIfAbsent(lastServer, name -> new LongAdder()).increment();
        problem(reason);
    }

    void unavailable() {
        unavailable.increment();
    }

    /** An answer that is not right: a lost basket, an unexpected status. */
    void wrong(String what) {
        wrong.increment();
        problem(what);
    }

    private void problem(String what) {
        if (problems.size() < 100) {
            problems.computeIfAbsent(what, text -> new LongAdder()).increment();
        }
    }

    void lost(String formerServer) {
        lost.increment();
        lostFrom.computeIfAbsent(formerServer, name -> new LongAdder()).increment();
    }

    void moved() {
        moved.increment();
    }

    void signIn() {
        signIns.increment();
    }

    void handshake(boolean wasResumed) {
        (wasResumed ? resumed : full).increment();
    }

    void order(Crowd.Order order) {
        orders.add(order);
    }

    List<Crowd.Order> orders() {
        return List.copyOf(orders);
    }

    Tally tally() {
        return new Tally(
                pages.sum(),
                failed.sum(),
                unavailable.sum(),
                wrong.sum(),
                lost.sum(),
                moved.sum(),
                signIns.sum(),
                resumed.sum(),
                full.sum(),
                orders.size(),
                sums(pagesOf),
                sums(lostFrom),
                sums(failedAt),
                sums(problems));
    }

    private static Map<String, Long> sums(Map<String, LongAdder> adders) {
        Map<String, Long> sums = new TreeMap<>();
        adders.forEach((name, adder) -> sums.put(name, adder.sum()));
        return sums;
    }
}
