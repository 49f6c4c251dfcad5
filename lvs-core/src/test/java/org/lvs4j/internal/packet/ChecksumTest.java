package org.lvs4j.internal.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static int byteWise(byte[] bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    @Test
    void sum_anyRange_equalsByteWiseSum() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] bytes = new byte[300];
        for (int round = 0; round < 500; round++) {
            random.nextBytes(bytes);
            int from = random.nextInt(100);
            int length = random.nextInt(200);
            assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(bytes), from, length)))
                    .as("from %d length %d round %d", from, length, round)
                    .isEqualTo(byteWise(bytes, from, length));
        }
    }

    @Test
    void sum_largestPacketOfOnes_noOverflow() {
        byte[] bytes = new byte[65_535];
        Arrays.fill(bytes, (byte) 0xFF);

        assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(bytes), 0, bytes.length)))
                .isEqualTo(byteWise(bytes, 0, bytes.length));
    }

    @Test
    void adjust_wordsChanged_equalsComputedChecksum() {
        SplittableRandom random = new SplittableRandom(2);
        ByteBuffer buffer = ByteBuffer.allocate(40);
        for (int round = 0; round < 2000; round++) {
            random.nextBytes(buffer.array());
            int before = Checksum.of(Checksum.sum(buffer, 0, 40));
            long word64 = random.nextLong();
            int word32 = random.nextInt();
            int word16 = random.nextInt(0x10000);
            long change = Checksum.change(buffer.getLong(8), word64)
                    + Checksum.change(buffer.getInt(20), word32)
                    + Checksum.changeWord(buffer.getShort(30) & 0xFFFF, word16);
            buffer.putLong(8, word64).putInt(20, word32).putShort(30, (short) word16);

            assertThat(Checksum.adjust(before, change))
                    .as("round %d", round)
                    .isEqualTo(Checksum.of(Checksum.sum(buffer, 0, 40)));
        }
    }
}
