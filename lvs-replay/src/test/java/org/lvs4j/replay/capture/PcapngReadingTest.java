package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.replay.capture.CaptureBytes.hex;
import static org.lvs4j.replay.capture.CaptureBytes.ipv4;
import static org.lvs4j.replay.capture.CaptureBytes.join;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.replay.capture.CaptureReader.Content;

final class PcapngReadingTest {
    private static final ByteOrder BIG = ByteOrder.BIG_ENDIAN;
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
    private static final int RAW = 101;
    private static final int ETHERNET = 1;
    private static final byte[] NONE = new byte[0];

    private static CaptureBytes clock(ByteOrder order, int resolution, long offsetSeconds) {
        return new CaptureBytes(order)
                .option(2, "eth0".getBytes(StandardCharsets.UTF_8))
                .option(9, new byte[] {(byte) resolution})
                .option(14, new CaptureBytes(order).u64(offsetSeconds).array())
                .option(0, NONE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void read_everyKindOfPacketBlock_eitherOrder(boolean big) throws IOException {
        ByteOrder order = big ? BIG : LITTLE;
        byte[] comment = new CaptureBytes(order)
                .option(1, "why".getBytes(StandardCharsets.UTF_8))
                .option(0, NONE)
                .array();
        byte[] capture = CaptureBytes.pcapng(order)
                .described(RAW, 0, NONE)
                .enhanced(0, 5_000_001, ipv4(1, 3))
                .enhanced(0, 6_000_000, ipv4(2, 4), 24, comment)
                .old(0, 7_000_000, ipv4(3, 5))
                .simple(26, ipv4(4, 6))
                .array();

        assertThat(Captured.all(capture))
                .containsExactly(
                        Captured.packet(5_000_001_000L, ipv4(1, 3)),
                        Captured.packet(6_000_000_000L, ipv4(2, 4)),
                        Captured.packet(7_000_000_000L, ipv4(3, 5)),
                        Captured.packet(7_000_000_000L, ipv4(4, 6)));
    }

    @Test
    void read_sectionsOfDifferentOrder_eachHasItsInterfaces() throws IOException {
        byte[] ethernet = join(new byte[12], hex("0800"), ipv4(2, 8));
        byte[] capture = CaptureBytes.pcapng(BIG)
                .described(RAW, 0, NONE)
                .enhanced(0, 1, ipv4(1, 8))
                .with(CaptureBytes.pcapng(LITTLE).described(ETHERNET, 0, NONE).enhanced(0, 2, ethernet))
                .with(CaptureBytes.pcapng(BIG).described(RAW, 0, NONE).enhanced(0, 3, ipv4(3, 8)))
                .array();

        assertThat(Captured.all(capture))
                .containsExactly(
                        Captured.packet(1_000, ipv4(1, 8)),
                        Captured.packet(2_000, ipv4(2, 8)),
                        Captured.packet(3_000, ipv4(3, 8)));
    }

    @Test
    void read_interfaceOfAnEarlierSection_refused() throws IOException {
        byte[] capture = CaptureBytes.pcapng(BIG)
                .described(RAW, 0, NONE)
                .section()
                .enhanced(0, 1, ipv4(1, 8))
                .array();
        assertThatThrownBy(() -> Captured.all(capture))
                .isInstanceOf(CaptureException.class)
                .hasMessage(
                        "some.pcap: at byte 76: a packet of interface 0, but 0 have been described in this section");
    }

    @Test
    void read_severalInterfaces_eachHasItsLinkTypeAndClock() throws IOException {
        byte[] ethernet = join(new byte[12], hex("0800"), ipv4(2, 8));
        byte[] capture = CaptureBytes.pcapng(LITTLE)
                .described(RAW, 0, clock(LITTLE, 9, 10).array())
                .described(ETHERNET, 0, clock(LITTLE, 0x80 | 10, -3).array())
                .described(105, 0, NONE)
                .enhanced(1, 5 * 1024 + 512, ethernet)
                .enhanced(0, 1_500_000_000, ipv4(1, 8))
                .enhanced(2, 12_000_000, ipv4(3, 8))
                .array();

        assertThat(Captured.all(capture))
                .containsExactly(
                        Captured.packet(2_500_000_000L, ipv4(2, 8)),
                        Captured.packet(11_500_000_000L, ipv4(1, 8)),
                        new Captured(Content.UNKNOWN_LINK, 12_000_000_000L, ""));
    }

    @Test
    void read_unknownBlocksOfAnyLength_skipped() throws IOException {
        byte[] capture = CaptureBytes.pcapng(BIG)
                .block(0x0bad, new byte[3 * CaptureInput.CAPACITY])
                .described(RAW, 0, NONE)
                .block(5, new byte[20])
                .block(0x8000_0001, NONE)
                .enhanced(0, 1, ipv4(1, 8))
                .block(4, new byte[100])
                .array();

        assertThat(Captured.all(capture)).containsExactly(Captured.packet(1_000, ipv4(1, 8)));
    }

    @Test
    void read_simplePacketsBeyondSnapLength_cut() throws IOException {
        byte[] packet = ipv4(1, 60);
        byte[] capture = CaptureBytes.pcapng(BIG)
                .described(RAW, 32, NONE)
                .simple(80, Arrays.copyOf(packet, 32))
                .simple(28, ipv4(2, 8))
                .array();

        assertThat(Captured.all(capture)).extracting(Captured::content).containsExactly(Content.CUT, Content.PACKET);
    }

    @Test
    void read_truncatedAnywhere_wholeBlocksThenCutShort() throws IOException {
        byte[] capture = CaptureBytes.pcapng(LITTLE)
                .described(RAW, 0, clock(LITTLE, 9, 0).array())
                .enhanced(0, 1, ipv4(1, 8))
                .enhanced(0, 2, ipv4(2, 8))
                .array();
        for (int length = 4; length <= capture.length; length++) {
            try (CaptureReader reader = Captured.open(Arrays.copyOf(capture, length))) {
                int packets = Captured.all(reader).size();
                boolean onBlock = length == 28 || length == 80 || length == 140 || length == capture.length;
                assertThat(reader.cutShort()).as("%d bytes", length).isNotEqualTo(onBlock);
                assertThat(packets).as("%d bytes", length).isEqualTo(length < 136 ? 0 : length < 196 ? 1 : 2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "8", "11", "13", "0xffffffff"})
    void read_impossibleBlockLength_refusedWithOffset(String length) {
        byte[] capture = CaptureBytes.pcapng(BIG)
                .u32(5)
                .u32(Long.decode(length))
                .raw(new byte[40])
                .array();
        assertThatThrownBy(() -> Captured.all(capture))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("at byte 32: a block of " + Long.decode(length) + " bytes");
    }

    @Test
    void read_differentLengthsOfABlock_refused() {
        byte[] capture = CaptureBytes.pcapng(BIG).u32(5).u32(16).u32(0).u32(20).array();
        assertThatThrownBy(() -> Captured.all(capture))
                .hasMessageContaining("at byte 40: the block that starts at byte 28 has length 16")
                .hasMessageContaining("20 at its end");
    }

    @Test
    void read_packetLongerThanItsBlock_refused() {
        CaptureBytes body =
                new CaptureBytes(BIG).u32(0).u32(0).u32(1).u32(29).u32(29).raw(ipv4(1, 8));
        byte[] capture = CaptureBytes.pcapng(BIG)
                .described(RAW, 0, NONE)
                .block(6, body.array())
                .array();
        assertThatThrownBy(() -> Captured.all(capture))
                .hasMessageContaining("at byte 68: a packet of 29 bytes in a block with room for 28");
    }

    @Test
    void read_blocksTooShortForTheirType_refused() {
        for (int type : new int[] {0x0a0d0d0a, 1, 2, 3, 6}) {
            byte[] body = type == 0x0a0d0d0a ? hex("1a2b3c4d") : NONE;
            byte[] capture = CaptureBytes.pcapng(BIG).block(type, body).array();
            assertThatThrownBy(() -> Captured.all(capture))
                    .as("type %d", type)
                    .isInstanceOf(CaptureException.class)
                    .hasMessageContaining("too short for a");
        }
    }

    @Test
    void read_optionBeyondItsBlock_refused() {
        byte[] option = new CaptureBytes(BIG).u16(9).u16(60).u32(0).array();
        byte[] capture = CaptureBytes.pcapng(BIG).described(RAW, 0, option).array();
        assertThatThrownBy(() -> Captured.all(capture))
                .hasMessageContaining("at byte 44: an option of 60 bytes reaches beyond its block");
    }

    @Test
    void read_wrongByteOrderMagicOrVersion_refused() {
        byte[] magic = CaptureBytes.pcapng(BIG).array();
        magic[8] = 0;
        assertThatThrownBy(() -> Captured.all(magic)).hasMessageContaining("at byte 8: 0x2b3c4d says nothing");
        byte[] version = CaptureBytes.pcapng(BIG).array();
        version[13] = 2;
        assertThatThrownBy(() -> Captured.all(version)).hasMessageContaining("at byte 12: pcapng of version 2.0");
    }
}
