package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.lvs4j.examples.standalone.ChaosTraffic.Kind;

/** The TCP clients of the chaos test: connections one after the other on each of some threads. */
final class ChaosClients {
    private static final int PART_BYTES = 8192;
    private static final int SLOW_PART_BYTES = 1500;
    private static final int SLOW_PAUSE_MILLIS = 50;
    private static final int SMALL_BUFFER_BYTES = 4096;
    private static final int PAUSE_MILLIS = 60;
    private static final int CONNECT_MILLIS = 30_000;
    private static final int SILENCE_MILLIS = 60_000;

    /** The idle timeout of lvsd. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(3);

    private static final long IDLE_NANOS = IDLE_TIMEOUT.toNanos();

    private final long seed;
    private final InetSocketAddress service;
    private final ExecutorService threads;
    private final Disturbances disturbances;
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();
    private final Queue<Ended> unexplained = new ConcurrentLinkedQueue<>();
    private final Queue<Completed> completed = new ConcurrentLinkedQueue<>();
    private final Map<Kind, AtomicInteger> cut;
    private volatile boolean over;

    /** A connection that has ended before everything had arrived although both sides wanted it. */
    private record Ended(ChaosTraffic traffic, String how, long startNanos, long endNanos, Instant at) {}

    /** A connection whose client got everything. */
    private record Completed(long id, long nanos) {}

    ChaosClients(long seed, InetSocketAddress service, ExecutorService threads, Disturbances disturbances) {
        this.seed = seed;
        this.service = service;
        this.threads = threads;
        this.disturbances = disturbances;
        cut = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            cut.put(kind, new AtomicInteger());
        }
    }

    void start(int clients) {
        over = false;
        for (int i = 0; i < clients; i++) {
            running.incrementAndGet();
            threads.execute(() -> {
                try {
                    while (!over) {
                        long id = next.incrementAndGet();
                        converse(id);
                        TimeUnit.MILLISECONDS.sleep(id % PAUSE_MILLIS);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    running.decrementAndGet();
                }
            });
        }
    }

    /** Lets the connections end, and starts no new ones. */
    void stop() {
        over = true;
    }

    boolean ended() {
        return running.get() == 0;
    }

    /** One connection; returns whether everything has arrived. */
    boolean converse(long id) {
        ChaosTraffic traffic = ChaosTraffic.of(seed, id);
        long start = System.nanoTime();
        int[] received = new int[1];
        String how;
        try (Socket socket = new Socket()) {
            if (traffic.kind() == Kind.SLOW || traffic.kind() == Kind.STALLED) {
                socket.setReceiveBufferSize(SMALL_BUFFER_BYTES);
            }
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.connect(service, CONNECT_MILLIS);
            if (traffic.kind() == Kind.CLIENT_RESETS_AT_START) {
                socket.setSoLinger(true, 0);
                return false;
            }
            Future<?> sender = threads.submit(() -> {
                send(socket, traffic);
                return null;
            });
            receive(socket, traffic, received);
            sender.get();
            if (received[0] == traffic.downBytes() && traffic.kind().complete()) {
                completed.add(new Completed(id, System.nanoTime() - start));
                return true;
            }
            how = "an end after " + received[0] + " bytes";
        } catch (ChaosServer.ViolationException e) {
            unexplained.add(new Ended(traffic, e.toString(), 0, 0, Instant.now()));
            return false;
        } catch (ConnectException e) {
            how = "refused: " + e;
        } catch (IOException | ExecutionException e) {
            how = "after " + received[0] + " bytes: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        cut.get(traffic.kind()).incrementAndGet();
        if (traffic.kind().complete()) {
            unexplained.add(new Ended(traffic, how, start, System.nanoTime(), Instant.now()));
        }
        return false;
    }

    private static void send(Socket socket, ChaosTraffic traffic) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(ByteBuffer.allocate(ChaosTraffic.HEADER_BYTES)
                .putLong(traffic.id())
                .array());
        int end = traffic.kind() == Kind.CLIENT_RESETS_WHILE_SENDING ? traffic.upBytes() / 2 : traffic.upBytes();
        byte[] part = new byte[PART_BYTES];
        for (int sent = 0; sent < end; ) {
            int length = Math.min(part.length, end - sent);
            traffic.fill(true, sent, part, length);
            out.write(part, 0, length);
            sent += length;
        }
        if (traffic.kind() == Kind.CLIENT_RESETS_WHILE_SENDING) {
            socket.setSoLinger(true, 0);
            socket.close();
        } else if (traffic.halfClose()) {
            socket.shutdownOutput();
        }
    }

    private static void receive(Socket socket, ChaosTraffic traffic, int[] received)
            throws IOException, InterruptedException {
        InputStream in = socket.getInputStream();
        boolean slow = traffic.kind() == Kind.SLOW;
        byte[] part = new byte[slow ? SLOW_PART_BYTES : PART_BYTES];
        int read;
        while ((read = in.read(part)) >= 0) {
            if (!traffic.matches(false, received[0], part, read)) {
                throw new ChaosServer.ViolationException("bytes to the client from " + received[0] + " on");
            }
            received[0] += read;
            if (slow) {
                TimeUnit.MILLISECONDS.sleep(SLOW_PAUSE_MILLIS);
            } else if (traffic.kind() == Kind.CLIENT_RESETS_WHILE_RECEIVING) {
                socket.setSoLinger(true, 0);
                socket.close();
                return;
            } else if (traffic.kind() == Kind.STALLED) {
                awaitCut(socket);
                return;
            }
        }
    }

    /** Reads nothing until the kernel has no established connection any more. */
    private static void awaitCut(Socket socket) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SILENCE_MILLIS);
        String local = String.format(Locale.ROOT, ":%04X", socket.getLocalPort());
        while (System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            if (!established(local)) {
                return;
            }
        }
        throw new ChaosServer.ViolationException("a client that reads nothing was not cut");
    }

    private static boolean established(String localPort) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/tcp"))) {
            return lines.map(line -> line.trim().split(" +"))
                    .anyMatch(fields -> fields[1].endsWith(localPort) && fields[3].equals("01"));
        }
    }

    /** How the sides of a connection behave. */
    Kind kind(long id) {
        return ChaosTraffic.of(seed, id).kind();
    }

    String summary() {
        return next.get() + " connections, " + completed.size() + " complete, cut by kind " + cut;
    }

    /**
     * The connections whose end nothing explains: neither side has cut them, and no fault that could have kept them
     * from a server was there during their life. To be called once all connections have ended.
     */
    List<String> violations(Map<Long, ChaosServer.Seen> seen) {
        List<String> found = new ArrayList<>();
        for (Ended ended : unexplained) {
            ChaosServer.Seen server = seen.get(ended.traffic().id());
            boolean explained = ended.startNanos() != 0
                    && (server == null
                            ? disturbances.overlap(ended.startNanos(), ended.endNanos())
                            : server.cut() || disturbances.stalled(ended.startNanos(), ended.endNanos()));
            if (!explained) {
                found.add(ended + ", " + server + ", the last fault: " + disturbances.lastBefore(ended.endNanos()));
            }
        }
        seen.forEach((id, server) -> {
            if (server.corrupt()) {
                found.add(ChaosTraffic.of(seed, id) + ", " + server);
            }
        });
        for (Completed connection : completed) {
            ChaosServer.Seen server = seen.get(connection.id());
            // While a slow client reads what the kernel holds for it, the relay sees a silent connection.
            boolean mayBeIdle = connection.nanos() >= IDLE_NANOS;
            if (server == null || !server.complete() && !server.cut() && !mayBeIdle) {
                found.add(ChaosTraffic.of(seed, connection.id()) + " complete at the client, " + server);
            }
        }
        return found;
    }
}
