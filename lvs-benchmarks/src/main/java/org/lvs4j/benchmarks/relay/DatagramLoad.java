package org.lvs4j.benchmarks.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that each send a datagram, wait for it to come back, and send the next; one that is not answered within 0.1 s is
 * lost. It prints what it has sent, lost, and the median and 99th percentile of the time of an answer in microseconds.
 * Arguments: port, clients, seconds.
 */
final class DatagramLoad {
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int BYTES = 64;
    private static final int MOST_SAMPLES = 1 << 20;

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    private final List<Client> clients = new ArrayList<>();
    private final long[] nanos = new long[MOST_SAMPLES];
    private int samples;
    private long sent;
    private long lost;

    private DatagramLoad(int port, int count) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        }
    }

    public static void main(String[] args) throws IOException {
        DatagramLoad load = new DatagramLoad(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        load.run(TimeUnit.SECONDS.toNanos(Long.parseLong(args[2])));
        Arrays.sort(load.nanos, 0, load.samples);
        System.out.println(load.sent + " " + load.lost + " " + load.quantile(0.5) + " " + load.quantile(0.99));
    }

    private double quantile(double part) {
        return samples == 0 ? Double.NaN : nanos[(int) (part * (samples - 1))] / 1e3;
    }

    private void run(long duration) throws IOException {
        long now = System.nanoTime();
        long end = now + duration;
        long look = now + PATIENCE_NANOS;
        for (Client client : clients) {
            client.send(now);
        }
        while (now - end < 0) {
            selector.select(
                    key -> {
                        try {
                            ((Client) key.attachment()).receive();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    10);
            now = System.nanoTime();
            if (now - look >= 0) {
                look = now + PATIENCE_NANOS / 4;
                for (Client client : clients) {
                    if (now - client.sentNanos > PATIENCE_NANOS) {
                        lost++;
                        client.send(now);
                    }
                }
            }
        }
    }

    private final class Client {
        private final DatagramChannel channel;
        private long number;
        private long sentNanos;

        Client(DatagramChannel channel) {
            this.channel = channel;
        }

        void send(long now) throws IOException {
            number++;
            sentNanos = now;
            buffer.clear();
            buffer.putLong(0, number);
            channel.write(buffer);
            sent++;
        }

        void receive() throws IOException {
            buffer.clear();
            while (channel.read(buffer) > 0) {
                // An answer that comes too late has been counted as lost.
                if (buffer.getLong(0) == number) {
                    long now = System.nanoTime();
                    if (samples < MOST_SAMPLES) {
                        nanos[samples++] = now - sentNanos;
                    }
                    send(now);
                    return;
                }
                buffer.clear();
            }
        }
    }
}
