package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.replay.capture.CaptureBytes.hex;
import static org.lvs4j.replay.capture.CaptureBytes.ipv4;
import static org.lvs4j.replay.capture.CaptureBytes.ipv6;
import static org.lvs4j.replay.capture.CaptureBytes.join;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.replay.capture.CaptureReader.Content;

final class LinkTypeTest {
    private static final byte[] FOUR = ipv4(1, 11);
    private static final byte[] SIX = ipv6(11);
    private static final String MACS = "020000000001 020000000002";

    private static Captured read(int linkType, byte[] frame) throws IOException {
        byte[] capture = CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, CaptureBytes.MICROS, linkType)
                .record(0, 0, frame)
                .array();
        return Captured.all(capture).get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4, " + MACS + " 0800",
        "1, 6, " + MACS + " 86dd",
        "1, 4, " + MACS + " 8100 0001 0800",
        "1, 6, " + MACS + " 88a8 0001 8100 0002 86dd",
        "1, 4, " + MACS + " 9100 0001 9200 0002 9300 0003 0800",
        "12, 4, ''",
        "14, 6, ''",
        "101, 4, ''",
        "228, 4, ''",
        "229, 6, ''",
        "0, 4, 00000002",
        "0, 4, 02000000",
        "0, 6, 0000001c",
        "0, 6, 1e000000",
        "108, 4, 00000002",
        "108, 6, 00000018",
        "113, 4, 0000 0001 0006 0200000000010000 0800",
        "113, 6, 0004 0001 0006 0200000000010000 86dd",
        "113, 4, 0004 0001 0006 0200000000010000 8100 0005 0800",
        "276, 4, 0800 0000 00000002 0001 00 06 0200000000010000",
        "276, 6, 86dd 0000 00000002 0001 04 06 0200000000010000",
        "276, 4, 8100 0000 00000002 0001 04 06 0200000000010000 0005 0800",
        // PPPoE, also behind VLAN tags and in cooked frames, with a protocol of two bytes or one.
        "1, 4, " + MACS + " 8864 1100 0001 002a 0021",
        "1, 6, " + MACS + " 8864 1100 0001 002a 0057",
        "1, 4, " + MACS + " 8100 0007 8864 1100 0001 0029 21",
        "113, 4, 0000 0001 0006 0200000000010000 8864 1100 0001 002a 0021",
        "276, 6, 8864 0000 00000002 0001 04 06 0200000000010000 1100 0001 002a 0057",
        "51, 4, 1100 0001 002a 0021",
        // MPLS with one label and with three.
        "1, 4, " + MACS + " 8847 00010140",
        "1, 6, " + MACS + " 8847 00010040 00020040 00030140",
        "1, 4, " + MACS + " 88a8 0001 8848 00010140",
        // IEEE 802.3 frames with LLC, with and without SNAP.
        "1, 4, " + MACS + " 0040 aaaa03 000000 0800",
        "1, 6, " + MACS + " 0040 aaaa03 000000 86dd",
        "1, 4, " + MACS + " 0040 aaaa03 0000f8 8100 0005 0800",
        "1, 4, " + MACS + " 8100 0003 0040 aaaa03 000000 0800",
        "1, 4, " + MACS + " 0040 060603",
        "113, 4, 0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800",
        // PPP and HDLC.
        "9, 4, ff03 0021",
        "9, 6, 0057",
        "9, 4, 21",
        "50, 4, ff03 0021",
        "50, 6, 0f00 86dd",
        "104, 4, 0f00 0800"
    })
    void packet_anyLinkType_found(int linkType, int version, String before) throws IOException {
        byte[] packet = version == 4 ? FOUR : SIX;

        assertThat(read(linkType, join(hex(before), packet))).isEqualTo(Captured.packet(0, packet));
        assertThat(read(linkType, join(hex(before), packet, new byte[9]))).isEqualTo(Captured.packet(0, packet));
    }

    @ParameterizedTest
    @CsvSource({
        "1, " + MACS + " 0806 0001080006040001",
        "1, " + MACS + " 0800 65",
        "1, " + MACS + " 86dd 45",
        "1, " + MACS + " 8100 0001 88cc 00",
        "1, " + MACS + " 002a 424203",
        "0, 00000011 45",
        "0, 02000000 65",
        "101, 55",
        "228, 65",
        "229, 45",
        "1, " + MACS + " 8863 1109 0000 0004 0101 0000 45",
        "1, " + MACS + " 8864 1100 0001 002a c021 45",
        "1, " + MACS + " 8864 2100 0001 002a 0021 45",
        "1, " + MACS + " 8847 00010040 00020040",
        "1, " + MACS + " 8847 00010140 00000000",
        "1, " + MACS + " 0040 aaaa03 00000c 2000 45",
        "1, " + MACS + " 0040 e0e003 45",
        "9, ff03 c021 45",
        "51, 1109 0001 002a 0021 45",
        "104, 0f00 2000 45",
        "113, 0000 0001 0006 0200000000010000 0806 45",
        "276, 0806 0000 00000002 0001 00 06 0200000000010000 45"
    })
    void packet_otherProtocol_notIp(int linkType, String frame) throws IOException {
        assertThat(read(linkType, join(hex(frame), new byte[60]))).isEqualTo(Captured.other(0));
    }

    @Test
    void packet_framesOfAnyLength_otherOrCut() throws IOException {
        for (int linkType : new int[] {0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 276}) {
            byte[] tags = hex(MACS + "8100 0001".repeat(30));
            for (int length = 0; length <= tags.length; length++) {
                assertThat(read(linkType, Arrays.copyOf(tags, length)).content())
                        .as("link type %d, %d bytes", linkType, length)
                        .isIn(Content.OTHER, Content.CUT);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"8864 1100 0001 002a 0021", "8847 00010040 00020140", "0040 aaaa03 000000 0800"})
    void packet_encapsulationCutAnywhere_otherOrCut(String headers) throws IOException {
        byte[] frame = join(hex(MACS + headers), FOUR);
        for (int length = 0; length < frame.length; length++) {
            assertThat(read(1, Arrays.copyOf(frame, length)).content())
                    .as("%d bytes", length)
                    .isIn(Content.OTHER, Content.CUT);
        }
    }

    @Test
    void packet_lengthZero_endsWithTheFrame() throws IOException {
        byte[] packet = FOUR.clone();
        packet[2] = 0;
        packet[3] = 0;

        assertThat(read(101, packet)).isEqualTo(Captured.packet(0, packet));
    }

    @Test
    void packet_lengthBeyondTheFrame_cut() throws IOException {
        byte[] packet = FOUR.clone();
        packet[3]++;

        assertThat(read(101, packet).content()).isEqualTo(Content.CUT);
    }
}
