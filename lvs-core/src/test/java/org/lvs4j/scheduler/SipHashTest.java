package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** SipHash-1-3 against vectors, and against hashes of IPVS. */
final class SipHashTest {
    @Test
    void ofBlock_vectorsOfUpToSevenBytes_match() {
        int[] expected = {
            0x050f_c4dc, 0x7d57_ca93, 0x4dc7_d44d, 0xe7dd_f7fb, 0x88d3_8328, 0x4953_3b67, 0xc59f_22a7, 0x9bb1_1140
        };
        long bytes = 0;
        for (int length = 0; length < expected.length; length++) {
            long block = bytes | (long) length << 56;
            assertThat((int) SipHash.ofBlock(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L, block))
                    .as("%d bytes", length)
                    .isEqualTo(expected[length]);
            bytes |= (long) length << 8 * length;
        }
    }

    @Test
    void of_serverKeys_sameAsIpvs() {
        int server = 0xC0A8_0A01 + 80;
        assertThat(SipHash.of(2_654_435_761L, server)).isEqualTo(0x9399_7a7f);
        assertThat(SipHash.of(2_654_446_892L, server)).isEqualTo(0x27e8_d3fa);
    }
}
