package org.lvs4j.replay.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutated captures: each is read to an end, or refused by an exception with an offset. */
@Tag("slow")
class CaptureFuzzTest {
    private static final int ROUNDS = 4_000;
    private static final int[] NUMBERS = {
        0,
        1,
        3,
        4,
        8,
        11,
        12,
        16,
        20,
        28,
        32,
        101,
        113,
        276,
        0xffff,
        0x10000,
        262_144,
        262_145,
        0x7fffffff,
        0x80000000,
        -1,
        -2,
        -4,
        0x0a0d0d0a,
        0x1a2b3c4d,
        0x4d3c2b1a,
        0xa1b2c3d4,
        0x45000014,
        0x60000000,
        0x08004500,
        0x81000001
    };

    private static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] ethernet = CaptureBytes.join(new byte[12], CaptureBytes.hex("8100 0007 0800"), CaptureBytes.ipv4(1, 20));
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            for (int linkType : new int[] {0, 1, 101, 113, 228, 229, 276}) {
                seeds.add(CaptureBytes.pcap(order, CaptureBytes.MICROS, linkType)
                        .record(1, 2, ethernet)
                        .record(3, 4, CaptureBytes.ipv4(2, 9))
                        .record(3, 4, CaptureBytes.ipv6(9), 60)
                        .array());
                seeds.add(CaptureBytes.pcapng(order)
                        .described(
                                linkType,
                                96,
                                new CaptureBytes(order)
                                        .option(9, new byte[] {9})
                                        .option(14, new byte[8])
                                        .option(0, new byte[0])
                                        .array())
                        .block(5, new byte[24])
                        .enhanced(0, 1, ethernet)
                        .simple(29, CaptureBytes.ipv4(1, 9))
                        .old(0, 2, CaptureBytes.ipv4(1, 9))
                        .section()
                        .described(1, 0, new byte[0])
                        .enhanced(0, 1, ethernet)
                        .array());
            }
        }
        return seeds;
    }

    @ParameterizedTest
    @ValueSource(longs = {201, 202, 203, 204})
    void read_mutatedCaptures_onlyCaptureExceptions(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> seeds = seeds();
        int refused = 0;
        int packets = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutated = mutate(seeds.get(random.nextInt(seeds.size())), random);
            String where = "seed " + seed + ", round " + round;
            try (CaptureReader reader = Captured.open(mutated)) {
                int frames = 0;
                while (reader.next()) {
                    frames++;
                    assertThat(reader.packet().remaining()).as(where).isLessThanOrEqualTo(mutated.length);
                    assertThat(reader.timeNanos()).as(where).isNotNegative();
                    packets += reader.content() == CaptureReader.Content.PACKET ? 1 : 0;
                }
                // A record has at least twelve bytes. More frames would mean that bytes were read twice.
                assertThat(frames).as(where).isLessThanOrEqualTo(mutated.length / 12);
            } catch (CaptureException e) {
                refused++;
                assertThat(e.offset()).as(where).isBetween(0L, (long) mutated.length);
                assertThat(e).as(where).hasMessageStartingWith(Captured.SOURCE + ": at byte " + e.offset() + ": ");
            } catch (IOException | RuntimeException | Error e) {
                fail(where + ": " + HexFormat.of().formatHex(mutated), e);
            }
        }
        assertThat(refused).isPositive();
        assertThat(packets).isPositive();
    }

    private static byte[] mutate(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2, 3 -> {
                    if (bytes.length > 4) {
                        int aligned = Math.min(at & ~3, bytes.length - 4);
                        ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
                        ByteBuffer.wrap(bytes).order(order).putInt(aligned, NUMBERS[random.nextInt(NUMBERS.length)]);
                    }
                }
                case 4 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    byte[] middle = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(60)));
                    bytes = CaptureBytes.join(
                            Arrays.copyOf(bytes, at), middle, Arrays.copyOfRange(bytes, at, bytes.length));
                }
            }
        }
        return bytes;
    }
}
