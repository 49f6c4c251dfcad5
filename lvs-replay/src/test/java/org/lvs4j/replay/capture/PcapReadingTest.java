package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.replay.capture.CaptureBytes.ipv4;
import static org.lvs4j.replay.capture.CaptureBytes.ipv6;
import static org.lvs4j.replay.capture.CaptureBytes.join;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.replay.capture.CaptureReader.Content;

final class PcapReadingTest {
    private static final ByteOrder BIG = ByteOrder.BIG_ENDIAN;
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final int RAW = 101;

    private static ByteOrder order(boolean big) {
        return big ? BIG : LITTLE;
    }

    @ParameterizedTest
    @CsvSource({"true, 1000", "true, 1", "false, 1000", "false, 1"})
    void read_eitherOrderAndResolution_timesAndPackets(boolean big, int unitNanos) throws IOException {
        int magic = unitNanos == 1 ? CaptureBytes.NANOS : CaptureBytes.MICROS;
        byte[] capture = CaptureBytes.pcap(order(big), magic, RAW)
                .record(1, 5, ipv4(1, 9))
                .record(0xffff_ffffL, 7, ipv6(3))
                .array();

        assertThat(Captured.all(capture))
                .containsExactly(
                        Captured.packet(1_000_000_000L + 5L * unitNanos, ipv4(1, 9)),
                        Captured.packet(0xffff_ffffL * 1_000_000_000L + 7L * unitNanos, ipv6(3)));
    }

    @Test
    void read_fractionOfMoreThanASecond_carried() throws IOException {
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW)
                .record(3, 1_500_000, ipv4(1, 0))
                .array();

        assertThat(Captured.all(capture)).containsExactly(Captured.packet(4_500_000_000L, ipv4(1, 0)));
    }

    @Test
    void read_linkTypeWithFrameCheckSequenceBits_bitsIgnored() throws IOException {
        byte[] frame = join(new byte[12], CaptureBytes.hex("0800"), ipv4(1, 8), new byte[4]);
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, 0x24000001)
                .record(0, 0, frame)
                .array();

        assertThat(Captured.all(capture)).containsExactly(Captured.packet(0, ipv4(1, 8)));
    }

    @Test
    void read_noPackets_endReached() throws IOException {
        try (CaptureReader reader =
                Captured.open(CaptureBytes.pcap(BIG, CaptureBytes.NANOS, RAW).array())) {
            assertThat(reader.next()).isFalse();
            assertThat(reader.next()).isFalse();
            assertThat(reader.cutShort()).isFalse();
        }
    }

    @Test
    void read_truncatedAnywhere_wholeRecordsThenCutShort() throws IOException {
        CaptureBytes start = CaptureBytes.pcap(LITTLE, CaptureBytes.MICROS, RAW).record(1, 0, ipv4(1, 4));
        int whole = start.array().length;
        byte[] capture = start.record(2, 0, ipv4(2, 4)).array();
        for (int length = 24; length < capture.length; length++) {
            try (CaptureReader reader = Captured.open(Arrays.copyOf(capture, length))) {
                assertThat(Captured.all(reader)).as("%d bytes", length).hasSize(length < whole ? 0 : 1);
                assertThat(reader.cutShort()).as("%d bytes", length).isEqualTo(length != 24 && length != whole);
            }
        }
    }

    @Test
    void read_snapLength_cutOnlyIfIpPacketIsTruncated() throws IOException {
        byte[] packet = ipv4(1, 40);
        byte[] head = Arrays.copyOf(packet, 30);
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW)
                .record(1, 0, head, packet.length)
                .record(2, 0, packet, packet.length + 4)
                .record(3, 0, Arrays.copyOf(packet, 12), packet.length)
                .record(4, 0, Arrays.copyOf(packet, 12), 12)
                .array();

        assertThat(Captured.all(capture))
                .extracting(Captured::content)
                .containsExactly(Content.CUT, Content.PACKET, Content.CUT, Content.OTHER);
    }

    @Test
    void read_originalLengthBelowCapturedLength_packetAsCaptured() throws IOException {
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW)
                .record(1, 0, ipv4(1, 4), 1)
                .array();

        assertThat(Captured.all(capture)).containsExactly(Captured.packet(1_000_000_000L, ipv4(1, 4)));
    }

    @Test
    void read_streamReturnsOneByteAtATime_samePackets() throws IOException {
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW)
                .record(1, 0, ipv4(1, 700))
                .record(2, 0, ipv4(2, 700))
                .array();
        InputStream slow = new ByteArrayInputStream(capture) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(1, length));
            }
        };
        try (CaptureReader reader = CaptureReader.open(slow, Captured.SOURCE)) {
            assertThat(Captured.all(reader)).isEqualTo(Captured.all(capture)).hasSize(2);
        }
    }

    @Test
    void read_captureLargerThanTheWindow_everyPacketWhole() throws IOException {
        CaptureBytes capture = CaptureBytes.pcap(BIG, CaptureBytes.NANOS, RAW);
        List<Captured> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] packet = ipv4(i & 0xff, 1 + i * 97 % 9000);
            capture.record(i, i, packet);
            expected.add(Captured.packet(i * 1_000_000_001L, packet));
        }
        assertThat(capture.array().length).isGreaterThan(2 * CaptureInput.CAPACITY);

        assertThat(Captured.all(capture.array())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void open_lessThanFourBytes_refused(int length) {
        assertThatThrownBy(() -> Captured.open(new byte[length]))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("some.pcap: at byte 0: it ");
    }

    @Test
    void open_textOrCompressedOrTruncatedHeader_messageNamesProblem() {
        assertThatThrownBy(() -> Captured.open("-A -t 10.0.0.1:80".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("some.pcap: at byte 0: 0x2d41202d starts neither pcap nor pcapng");
        assertThatThrownBy(() -> Captured.open(CaptureBytes.hex("1f8b0800 00000000")))
                .hasMessageContaining("gunzip");
        byte[] header = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW).array();
        assertThatThrownBy(() -> Captured.open(Arrays.copyOf(header, 23))).hasMessageContaining("cut short");
    }

    @Test
    void open_unsupportedVersionOrLinkType_messageNamesOffset() {
        byte[] wireless = CaptureBytes.pcap(LITTLE, CaptureBytes.MICROS, 105).array();
        assertThatThrownBy(() -> Captured.open(wireless))
                .isInstanceOfSatisfying(CaptureException.class, e -> {
                    assertThat(e.offset()).isEqualTo(20);
                    assertThat(e.source()).isEqualTo("some.pcap");
                })
                .hasMessageContaining("link type 105 is not supported");
        byte[] version = CaptureBytes.pcap(LITTLE, CaptureBytes.MICROS, RAW).array();
        version[4] = 3;
        assertThatThrownBy(() -> Captured.open(version)).hasMessageContaining("at byte 4: pcap of version 3.4");
    }

    @ParameterizedTest
    @ValueSource(longs = {262_145, 0x7fff_ffff, 0x8000_0000L, 0xffff_ffffL})
    void read_impossibleLength_refusedWithOffset(long length) throws IOException {
        byte[] capture = CaptureBytes.pcap(BIG, CaptureBytes.MICROS, RAW)
                .record(1, 0, ipv4(1, 4))
                .u32(2)
                .u32(0)
                .u32(length)
                .u32(length)
                .raw(ipv4(1, 4))
                .array();
        try (CaptureReader reader = Captured.open(capture)) {
            assertThat(reader.next()).isTrue();
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CaptureException.class)
                    .hasMessage("some.pcap: at byte 72: a packet of " + length + " bytes; at most 262144 can be");
        }
    }

    @Test
    void open_fails_streamClosed() throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        InputStream stream = new ByteArrayInputStream(new byte[9]) {
            @Override
            public void close() {
                closed.set(true);
            }
        };
        assertThatThrownBy(() -> CaptureReader.open(stream, "x")).isInstanceOf(CaptureException.class);
        assertThat(closed).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1f8b0800, 'compressed by gzip, unpack it with gunzip first'",
        "28b52ffd, 'compressed by zstd, unpack it with unzstd first'",
        "fd377a58 5a00, 'compressed by xz, unpack it with unxz first'",
        "425a6839, 'compressed by bzip2, unpack it with bunzip2 first'",
        "04224d18, 'compressed by lz4, unpack it with unlz4 first'",
        "1f9d9000, 'compressed by compress, unpack it with uncompress first'",
        "4c5a4950, 'compressed by lzip, unpack it with lzip -d first'",
        "504b0304, 'compressed by zip, unpack it with unzip first'",
        "377abcaf 271c, 'compressed by 7-Zip, unpack it with 7z x first'",
        "736e6f6f 70000000, snoop capture",
        "a1b2cd34, modified format",
        "34cdb2a1, modified format"
    })
    void open_compressedOrOtherFormat_namedInTheError(String start, String named) {
        assertThatThrownBy(() -> Captured.open(CaptureBytes.hex(start + "00".repeat(40))))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("starts neither pcap nor pcapng; it is ")
                .hasMessageContaining(named);
    }
}
