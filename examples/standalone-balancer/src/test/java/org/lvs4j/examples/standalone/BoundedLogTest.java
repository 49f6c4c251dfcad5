package org.lvs4j.examples.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BoundedLogTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    /** A pipe whose reader reads when it is told to. */
    private static final class Pipe extends OutputStream {
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final Semaphore reading = new Semaphore(0);

        @Override
        public void write(int b) {
            throw new AssertionError("lines are written whole");
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            reading.acquireUninterruptibly();
            reading.release();
            read.write(bytes);
        }
    }

    @Test
    void write_readerReads_linesArriveInOrder() {
        Pipe pipe = new Pipe();
        pipe.reading.release();
        BoundedLog log = BoundedLog.to(pipe);
        PrintStream stream = new PrintStream(log, true, UTF_8);
        for (int i = 0; i < 100; i++) {
            stream.println("line " + i);
        }

        log.await(LONG);

        assertThat(pipe.read.toString(UTF_8).lines())
                .hasSize(100)
                .startsWith("line 0")
                .endsWith("line 99");
    }

    @Test
    void write_readerStops_neverBlocksAndTheLossIsTold() {
        Pipe pipe = new Pipe();
        BoundedLog log = BoundedLog.to(pipe);
        PrintStream stream = new PrintStream(log, true, UTF_8);
        String text = "x".repeat(1000);
        for (int i = 0; i < 5000; i++) {
            stream.println(text);
        }
        assertThat(log.waitingLines()).isBetween(1000, BoundedLog.MAX_BYTES / 1000);
        long dropped = log.dropped();
        assertThat(dropped).isBetween(5000L - BoundedLog.MAX_BYTES / 1000 - 1, 4000L);

        pipe.reading.release();
        log.await(LONG);
        stream.println("after");
        log.await(LONG);

        List<String> lines = pipe.read.toString(UTF_8).lines().toList();
        int told = lines.size() - 2;
        long written = lines.stream().filter(text::equals).count();
        assertThat(lines.get(told)).matches("\\S+ WARN log: " + (5000 - written) + " lines have been dropped: .*");
        assertThat(lines).endsWith("after");
    }

    @Test
    void await_readerStopped_endsAtTheLimit() {
        BoundedLog log = BoundedLog.to(new Pipe());
        new PrintStream(log, true, UTF_8).println("never read");

        long start = System.nanoTime();
        log.await(Duration.ofMillis(50));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }

    @Test
    void write_lineWithoutEnd_writtenInPieces() {
        Pipe pipe = new Pipe();
        pipe.reading.release();
        BoundedLog log = BoundedLog.to(pipe);

        new PrintStream(log, true, UTF_8).print("y".repeat(200_000) + "\n");
        log.await(LONG);

        assertThat(pipe.read.toString(UTF_8)).isEqualTo("y".repeat(200_000) + "\n");
    }

    @Test
    void write_readerHasGone_linesAreDiscarded() {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        BoundedLog log = BoundedLog.to(gone);
        PrintStream stream = new PrintStream(log, true, UTF_8);
        for (int i = 0; i < 10_000; i++) {
            stream.println("line");
        }

        log.await(LONG);

        assertThat(log.waitingLines()).isZero();
    }
}
