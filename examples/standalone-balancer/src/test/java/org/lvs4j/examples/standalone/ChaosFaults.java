package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Random faults of the chaos test, those of the network and those of the administration beside each other. */
final class ChaosFaults {
    private static final int LONGEST_MILLIS = 1500;
    private static final int MOST_DESCRIPTORS_LEFT = 8;
    private static final int HOSTILE_CLIENTS = 30;

    /** Clients that have waited in the backlog of the listening socket are accepted some time after the fault. */
    private static final long AFTERMATH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Daemon lvsd;
    private final Path file;
    private final ChaosRules rules;
    private final List<ChaosServer> servers;
    private final ChaosAdministration administration;
    private final Disturbances disturbances;
    private final ExecutorService threads;
    private final Map<String, AtomicInteger> counts = new ConcurrentSkipListMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    ChaosFaults(
            Daemon lvsd,
            Path file,
            ChaosRules rules,
            List<ChaosServer> servers,
            ChaosAdministration administration,
            Disturbances disturbances,
            ExecutorService threads) {
        this.lvsd = lvsd;
        this.file = file;
        this.rules = rules;
        this.servers = servers;
        this.administration = administration;
        this.disturbances = disturbances;
        this.threads = threads;
    }

    void start(SplittableRandom random) {
        over = false;
        repeat(random.split(), this::disturbNetwork);
        repeat(random.split(), this::disturbAdministration);
    }

    /** A fault, which is undone when it returns. */
    @FunctionalInterface
    private interface Fault {
        void happen(SplittableRandom random) throws IOException, InterruptedException;
    }

    private void repeat(SplittableRandom random, Fault fault) {
        running.incrementAndGet();
        threads.execute(() -> {
            try {
                while (!over) {
                    fault.happen(random);
                    pause(random);
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                violations.add("a fault failed: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                running.decrementAndGet();
            }
        });
    }

    private static void pause(SplittableRandom random) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
    }

    private void count(String fault) {
        counts.computeIfAbsent(fault, name -> new AtomicInteger()).incrementAndGet();
    }

    private void disturbNetwork(SplittableRandom random) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String fault;
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                fault = "server killed";
                count(fault);
                ChaosServer server = servers.get(random.nextInt(servers.size()));
                server.kill();
                // From now on the relay finds another server for every client.
                disturbances.add(fault, start, System.nanoTime());
                pause(random);
                server.restart();
            }
            case 2, 3 -> {
                fault = "few descriptors";
                count(fault);
                lvsd.limitDescriptors((int) lvsd.descriptors() + random.nextInt(MOST_DESCRIPTORS_LEFT));
                pause(random);
                lvsd.raiseDescriptors();
                disturbances.add(fault, start, System.nanoTime() + AFTERMATH_NANOS);
            }
            default -> {
                fault = "service removed";
                count(fault);
                administration.run("", "-D", "-t", rules.service());
                TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
                // Without a free descriptor nothing can be bound.
                while (administration.run(rules.base(), "--replace").exitCode() != Answer.OK) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                disturbances.add(fault, start, System.nanoTime());
            }
        }
    }

    private void disturbAdministration(SplittableRandom random) throws IOException, InterruptedException {
        switch (random.nextInt(5)) {
            case 0 -> {
                count("changed file");
                replaceFile(rules.changed(random));
                lvsd.signal("HUP");
            }
            case 1 -> {
                count("broken file");
                replaceFile(rules.broken(random));
                lvsd.signal("HUP");
                pause(random);
                replaceFile(rules.base());
            }
            case 2 -> {
                count("missing file");
                Files.delete(file);
                lvsd.signal("HUP");
                pause(random);
                replaceFile(rules.base());
            }
            case 3 -> {
                count("log not read");
                lvsd.leaveUnread(true);
                for (int i = 0; i < 4; i++) {
                    replaceFile(rules.changed(random));
                    lvsd.signal("HUP");
                    pause(random);
                }
                lvsd.leaveUnread(false);
            }
            default -> {
                count("hostile control clients");
                beHostile(random);
            }
        }
    }

    private void replaceFile(String text) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), text, StandardCharsets.ISO_8859_1);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Connections to the control socket that send nothing or nonsense, and read nothing. */
    private void beHostile(SplittableRandom random) throws IOException, InterruptedException {
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < HOSTILE_CLIENTS; i++) {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                clients.add(client);
                client.connect(UnixDomainSocketAddress.of(lvsd.socket()));
                byte[] nonsense = new byte[random.nextInt(100)];
                random.nextBytes(nonsense);
                client.write(ByteBuffer.wrap(nonsense));
            }
        } catch (IOException e) {
            // The daemon has closed a connection already.
        }
        pause(random);
        for (SocketChannel client : clients) {
            client.close();
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

    String summary() {
        return "faults " + new TreeMap<>(counts);
    }
}
