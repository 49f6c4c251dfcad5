package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.replay.capture.CaptureBytes.ipv4;
import static org.lvs4j.replay.capture.CaptureBytes.ipv6;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class CaptureWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void write_packet_bytesOfTheFormat() throws IOException {
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            writer.write(1_000_000_007L, ByteBuffer.wrap(ipv4(1, 3)));
        }

        byte[] expected = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, CaptureBytes.NANOS, 101)
                .record(1, 7, ipv4(1, 3))
                .array();
        assertThat(out.toByteArray()).isEqualTo(expected);
    }

    @Test
    void write_manyPackets_readBack() throws IOException {
        List<Captured> expected = new ArrayList<>();
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            for (int i = 0; i < 200; i++) {
                byte[] packet = i % 2 == 0 ? ipv4(i, i * 37 % 65_000) : ipv6(65_535 - i);
                writer.write(i * 1_000_000_001L, ByteBuffer.wrap(packet));
                expected.add(Captured.packet(i * 1_000_000_001L, packet));
            }
        }

        assertThat(Captured.all(out.toByteArray())).isEqualTo(expected);
    }

    @Test
    void write_partOfABuffer_bufferUnchanged() throws IOException {
        byte[] packet = ipv4(1, 3);
        ByteBuffer buffer =
                ByteBuffer.allocate(100).position(10).put(packet).flip().position(10);
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            writer.write(0, buffer);
        }

        assertThat(buffer).isEqualTo(ByteBuffer.wrap(packet));
        assertThat(Captured.all(out.toByteArray())).containsExactly(Captured.packet(0, packet));
    }

    @Test
    void write_timeOutOfRange_clamped() throws IOException {
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            writer.write(-5, ByteBuffer.wrap(ipv4(1, 0)));
            writer.write(Long.MAX_VALUE, ByteBuffer.wrap(ipv4(1, 0)));
        }

        assertThat(Captured.all(out.toByteArray()))
                .extracting(captured -> captured.timeNanos() / 1_000_000_000)
                .containsExactly(0L, 0xffff_ffffL);
    }

    @Test
    void write_tooLong_refused() throws IOException {
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            assertThatThrownBy(() -> writer.write(0, ByteBuffer.allocate(200_000)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void publicMethods_null_refusedByName() {
        CaptureWriter writer = CaptureWriter.open(out);
        assertThatNullPointerException()
                .isThrownBy(() -> CaptureWriter.open(null))
                .withMessage("stream");
        assertThatNullPointerException().isThrownBy(() -> writer.write(0, null)).withMessage("packet");
        assertThatNullPointerException()
                .isThrownBy(() -> CaptureReader.open(null, "x"))
                .withMessage("stream");
        assertThatNullPointerException()
                .isThrownBy(() -> CaptureReader.open(InputStream.nullInputStream(), null))
                .withMessage("source");
    }

    @Test
    void flush_noPackets_validCapture() throws IOException {
        try (CaptureWriter writer = CaptureWriter.open(out)) {
            writer.flush();
            assertThat(Captured.all(out.toByteArray())).isEmpty();
        }
    }

    @Test
    void close_streamFails_streamClosed() {
        AtomicBoolean closed = new AtomicBoolean();
        CaptureWriter writer = CaptureWriter.open(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }

            @Override
            public void close() {
                closed.set(true);
            }
        });
        assertThatThrownBy(writer::close).hasMessage("full");
        assertThat(closed).isTrue();
    }
}
