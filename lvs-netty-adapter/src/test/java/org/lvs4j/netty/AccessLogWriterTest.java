package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;

/** Lines that a failure has cut off. */
@Tag("slow")
final class AccessLogWriterTest {
    private static final int RECORDS = 10;

    private final AccessLogLines lines = new AccessLogLines(AccessLog.Format.TEXT);

    private static ConnectionRecord numbered(int number) {
        return new ConnectionRecord(
                Instant.EPOCH,
                Protocol.TCP,
                null,
                null,
                null,
                null,
                number,
                0,
                Duration.ZERO,
                null,
                null,
                0,
                End.CLOSED);
    }

    /** A disk that becomes full in the middle of a line, once, when everything has been queued. */
    private static final class FullDisk implements AccessLogTarget {
        private static final int TAKEN = 100;

        private final boolean another;
        private final CountDownLatch go = new CountDownLatch(1);
        private final ByteArrayOutputStream first = new ByteArrayOutputStream();
        private final ByteArrayOutputStream second = new ByteArrayOutputStream();
        private boolean failed;

        FullDisk(boolean another) {
            this.another = another;
        }

        @Override
        public void rotate(int bytes) {
            // Not here.
        }

        @Override
        public boolean prepare() throws IOException {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return failed && another;
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            if (!failed && from.remaining() > TAKEN) {
                byte[] part = new byte[TAKEN];
                from.get(part);
                first.write(part);
                failed = true;
                throw new IOException("no space left");
            }
            byte[] all = new byte[from.remaining()];
            from.get(all);
            (failed && another ? second : first).write(all);
        }

        @Override
        public void reopen() {
            // Not here.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private String expected() {
        ByteBuffer all = ByteBuffer.allocate(RECORDS * AccessLogLines.MOST_BYTES);
        for (int i = 0; i < RECORDS; i++) {
            lines.append(numbered(i), all);
        }
        return new String(all.array(), 0, all.position(), StandardCharsets.US_ASCII);
    }

    private AccessLogWriter write(FullDisk disk) {
        AccessLogWriter writer = new AccessLogWriter(disk, new AccessLogLines(AccessLog.Format.TEXT), 100);
        writer.start();
        for (int i = 0; i < RECORDS; i++) {
            writer.add(numbered(i));
        }
        disk.go.countDown();
        Loopback.await("everything", () -> writer.written() == RECORDS);
        writer.close();
        assertThat(writer.failures()).isOne();
        assertThat(writer.dropped()).isZero();
        return writer;
    }

    @Test
    void write_cutOffInALine_continuedThere() {
        FullDisk disk = new FullDisk(false);
        write(disk);
        assertThat(disk.first.toString(StandardCharsets.US_ASCII)).isEqualTo(expected());
    }

    @Test
    void write_cutOffAndThenAnotherFile_theLineIsRepeatedAsAWhole() {
        FullDisk disk = new FullDisk(true);
        write(disk);
        String first = disk.first.toString(StandardCharsets.US_ASCII);
        String whole = first.substring(0, first.lastIndexOf('\n') + 1);
        assertThat(first).isNotEqualTo(whole);
        assertThat(whole + disk.second.toString(StandardCharsets.US_ASCII)).isEqualTo(expected());
    }

    @Test
    void close_diskStaysFull_everyRecordIsWrittenOrDropped() {
        AccessLogTarget full = new AccessLogTarget() {
            @Override
            public void rotate(int bytes) {
                // Not here.
            }

            @Override
            public boolean prepare() {
                return false;
            }

            @Override
            public void write(ByteBuffer from) throws IOException {
                throw new IOException("no space left");
            }

            @Override
            public void reopen() {
                // Not here.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        AccessLogWriter writer = new AccessLogWriter(full, lines, 1000);
        writer.start();
        List.of(1, 2, 3).forEach(number -> writer.add(numbered(number)));
        writer.close();
        assertThat(writer.written()).isZero();
        assertThat(writer.dropped()).isEqualTo(3);
    }
}
