package org.lvs4j.examples.standalone;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Parallel administration during the chaos test. Every command must be answered, and in time. */
final class ChaosAdministration {
    private static final int REFUSED = 255;
    private static final int PROBE_MILLIS = 50;
    private static final int PROGRAM_MILLIS = 1000;

    private final Daemon lvsd;
    private final ChaosRules rules;
    private final ExecutorService threads;
    private final AtomicInteger running = new AtomicInteger();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final List<Long> answerNanos = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean over;

    ChaosAdministration(Daemon lvsd, ChaosRules rules, ExecutorService threads) {
        this.lvsd = lvsd;
        this.rules = rules;
        this.threads = threads;
    }

    /** Executes a command as lvsadm does, without the start of a program. */
    Answer run(String input, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        long start = System.nanoTime();
        int exitCode;
        try {
            exitCode = ControlClient.run(
                    lvsd.socket(),
                    arguments,
                    new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                    output,
                    error);
        } catch (IOException e) {
            violations.add("lvsadm " + String.join(" ", arguments) + ": " + e);
            return Answer.error(Answer.FAILURE, e.toString());
        }
        answerNanos.add(System.nanoTime() - start);
        Answer answer =
                new Answer(exitCode, output.toString(StandardCharsets.UTF_8), error.toString(StandardCharsets.UTF_8));
        if (exitCode != Answer.OK && exitCode != REFUSED) {
            violations.add("lvsadm " + String.join(" ", arguments) + ": " + answer);
        }
        return answer;
    }

    void start(SplittableRandom random) {
        over = false;
        repeat(PROBE_MILLIS, () -> run("", "-L", "-n"));
        for (int i = 0; i < 2; i++) {
            SplittableRandom own = random.split();
            repeat(PROBE_MILLIS, () -> change(own));
        }
        repeat(PROGRAM_MILLIS, this::runProgram);
    }

    private void repeat(int pauseMillis, Runnable command) {
        running.incrementAndGet();
        threads.execute(() -> {
            try {
                while (!over) {
                    command.run();
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                running.decrementAndGet();
            }
        });
    }

    private void change(SplittableRandom random) {
        switch (random.nextInt(8)) {
            case 0 -> run("", "-L", "-n", "-c");
            case 1 -> run("", "-L", "-n", "--stats");
            case 2 -> run("", "-S", "-n");
            case 3 -> run("", "-Z");
            case 4 -> run(rules.other(random), "-R");
            default -> run("", rules.change(random).split(" "));
        }
    }

    private void runProgram() {
        try {
            Programs.Result result = lvsd.lvsadm("-L", "-n", "--rate");
            if (result.exitCode() != 0) {
                violations.add("lvsadm: " + result);
            }
        } catch (IOException e) {
            violations.add("lvsadm: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        over = true;
    }

    boolean ended() {
        return running.get() == 0;
    }

    Queue<String> violations() {
        return violations;
    }

    /** The time within which this share of the commands was answered. */
    Duration answeredWithin(double share) {
        Long[] sorted;
        synchronized (answerNanos) {
            sorted = answerNanos.toArray(Long[]::new);
        }
        Arrays.sort(sorted);
        return Duration.ofNanos(sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * share))]);
    }

    /** Forgets the times of a JVM that has just started. */
    void forgetTimes() {
        answerNanos.clear();
    }

    String summary() {
        return answerNanos.size() + " commands, answered within "
                + answeredWithin(0.5).toMillis() + " ms (median), "
                + answeredWithin(0.99).toMillis() + " ms (99 %), "
                + answeredWithin(1).toMillis() + " ms (all)";
    }
}
