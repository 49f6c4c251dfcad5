package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the commands of control connections: changes one at a time in the order of their arrival, listings beside
 * them on a few threads. A client that reads its listing slowly holds a thread for a while; if others wait for one,
 * only for a moment. Thread-safe.
 */
final class CommandThreads implements AutoCloseable {
    /** Listings that are printed at the same time. */
    static final int MAX_LISTINGS = 8;

    private static final Duration CONTENDED_LIMIT = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(CommandThreads.class);

    private final ControlCommands commands;
    private final Duration answerLimit;
    private final Consumer<ControlConnection> attend;
    private final Set<ControlConnection> executing = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor changes;
    private final ThreadPoolExecutor listings;
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /**
     * Threads, of which the first of each kind are started now, and the others when they are needed.
     *
     * @param answerLimit how long a client may take nothing of a long answer
     * @param attend called when frames have been added, and at the end of every command
     * @param maker makes the threads
     */
    CommandThreads(
            ControlCommands commands,
            Duration answerLimit,
            Consumer<ControlConnection> attend,
            BiFunction<Runnable, String, Thread> maker) {
        this.commands = commands;
        this.answerLimit = answerLimit;
        this.attend = attend;
        changes = threads("lvsd-change", 1, maker);
        listings = threads("lvsd-listing", MAX_LISTINGS, maker);
    }

    private static ThreadPoolExecutor threads(String name, int most, BiFunction<Runnable, String, Thread> maker) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(most, most, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = maker.apply(task, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.prestartCoreThread();
        return threads;
    }

    /** Executes the command of a connection and finishes its answer. */
    void execute(ControlConnection connection) {
        boolean listing = commands.kind(connection.arguments()) == ControlCommands.Kind.LISTING;
        executing.add(connection);
        Runnable task = () -> run(connection);
        ThreadPoolExecutor pool = listing ? listings : changes;
        try {
            pool.execute(task);
        } catch (OutOfMemoryError e) {
            // There is no further thread: one that runs takes the command later.
            LOG.debug("control socket: no further thread", e);
            pool.getQueue().add(task);
        }
    }

    /** How many commands have been executed with success. */
    long done() {
        return done.sum();
    }

    /** How many commands have been executed without. */
    long failed() {
        return failed.sum();
    }

    /** Whether a command waits or runs. */
    boolean isExecuting(ControlConnection connection) {
        return executing.contains(connection);
    }

    private void run(ControlConnection connection) {
        Answer answer = Answer.error(Answer.FAILURE, "");
        try {
            if (!connection.isClosed()) {
                answer = answer(connection);
                (answer.exitCode() == Answer.OK ? done : failed).increment();
            }
        } finally {
            executing.remove(connection);
            connection.finish(answer);
        }
    }

    private Answer answer(ControlConnection connection) {
        try {
            AnswerOutput output = new AnswerOutput(utf8 -> {
                connection.outgoing().awaitRoom(answerLimit, CONTENDED_LIMIT, this::isContended);
                connection.outgoing().add(FrameType.OUTPUT, utf8, 0, utf8.length);
                attend.accept(connection);
            });
            Answer answer = commands.run(connection.arguments(), connection.input(), output);
            output.flush();
            return answer;
        } catch (IOException e) {
            LOG.debug("control socket: an answer has been cut off", e);
            return Answer.error(Answer.FAILURE, "lvsd: the answer has been cut off: " + Reason.of(e));
        } catch (Error e) {
            LOG.error("control socket: a command failed: {}", Reason.of(e));
            return Answer.error(Answer.FAILURE, "lvsd: the command failed: " + Reason.of(e));
        } catch (RuntimeException e) {
            LOG.error("control socket: a command failed unexpectedly", e);
            return Answer.error(Answer.FAILURE, "lvsd: the command failed: " + Reason.of(e));
        }
    }

    private boolean isContended() {
        return !listings.getQueue().isEmpty();
    }

    @Override
    public void close() {
        changes.shutdown();
        listings.shutdown();
    }
}
