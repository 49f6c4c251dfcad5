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
        "276, 4, 8100 0000 00000002 0001 04 06 0200000000010000 0005 0800"
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
        "113, 0000 0001 0006 0200000000010000 0806 45",
        "276, 0806 0000 00000002 0001 00 06 0200000000010000 45"
    })
    void packet_otherProtocol_notIp(int linkType, String frame) throws IOException {
        assertThat(read(linkType, join(hex(frame), new byte[60]))).isEqualTo(Captured.other(0));
    }

    @Test
    void packet_framesOfAnyLength_otherOrCut() throws IOException {
        for (int linkType : new int[] {0, 1, 12, 101, 108, 113, 228, 229, 276}) {
            byte[] tags = hex(MACS + "8100 0001".repeat(30));
            for (int length = 0; length <= tags.length; length++) {
                assertThat(read(linkType, Arrays.copyOf(tags, length)).content())
                        .as("link type %d, %d bytes", linkType, length)
                        .isIn(Content.OTHER, Content.CUT);
            }
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
