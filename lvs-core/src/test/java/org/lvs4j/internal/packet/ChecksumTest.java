package org.lvs4j.internal.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static int slow(byte[] bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    @Test
    void sum_anyRange_isThatOfItsWords() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] bytes = new byte[300];
        for (int round = 0; round < 500; round++) {
            random.nextBytes(bytes);
            int from = random.nextInt(100);
            int length = random.nextInt(200);
            assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(bytes), from, length)))
                    .as("from %d length %d round %d", from, length, round)
                    .isEqualTo(slow(bytes, from, length));
        }
    }

    @Test
    void sum_largestPacketOfOnes_doesNotOverflow() {
        byte[] bytes = new byte[65_535];
        java.util.Arrays.fill(bytes, (byte) 0xFF);

        assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(bytes), 0, bytes.length)))
                .isEqualTo(slow(bytes, 0, bytes.length));
    }

    @Test
    void adjust_wordsChanged_isTheChecksumMadeAnew() {
        SplittableRandom random = new SplittableRandom(2);
        ByteBuffer buffer = ByteBuffer.allocate(40);
        for (int round = 0; round < 2000; round++) {
            random.nextBytes(buffer.array());
            int before = Checksum.of(Checksum.sum(buffer, 0, 40));
            long word = random.nextLong();
            int half = random.nextInt();
            int quarter = random.nextInt(0x10000);
            long change = Checksum.change(buffer.getLong(8), word)
                    + Checksum.change(buffer.getInt(20), half)
                    + Checksum.changeWord(buffer.getShort(30) & 0xFFFF, quarter);
            buffer.putLong(8, word).putInt(20, half).putShort(30, (short) quarter);

            assertThat(Checksum.adjust(before, change))
                    .as("round %d", round)
                    .isEqualTo(Checksum.of(Checksum.sum(buffer, 0, 40)));
        }
    }
}
