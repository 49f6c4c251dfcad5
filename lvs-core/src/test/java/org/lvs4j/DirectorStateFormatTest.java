package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.StateException.Reason;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Bytes of a state that are damaged, incomplete or something else: always a {@link StateException}, never a value. */
class DirectorStateFormatTest {
    private static final String VIP = "10.0.0.1:80";
    private static final ServiceKey WEB = ServiceKey.tcp(VIP);

    private static byte[] state(int clients) throws IOException {
        DirectorFixture fixture = new DirectorFixture();
        fixture.addService(VirtualService.builder(WEB).persistent(300).build(), "192.168.1.1:80", "192.168.1.2:80");
        for (int i = 0; i < clients; i++) {
            fixture.open("10." + (9 + i / 62_500) + "." + i / 250 % 250 + "." + i % 250 + ":4000", VIP);
        }
        fixture.director.drain(WEB, Endpoint.parse("192.168.1.1:80"), DrainOptions.within(DrainOptions.LONGEST));
        return bytes(fixture.director.saveState(1));
    }

    private static byte[] bytes(DirectorState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.writeTo(bytes);
        return bytes.toByteArray();
    }

    private static DirectorState read(byte[] bytes) throws IOException {
        return DirectorState.read(new ByteArrayInputStream(bytes), 100_000_000);
    }

    private static void assertRefused(String what, byte[] bytes) {
        try {
            DirectorState state = read(bytes);
            throw new AssertionError(what + " was read: " + state);
        } catch (StateException e) {
            assertThat(e).hasMessageNotContaining("null");
        } catch (IOException e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void read_anyBitFlipped_refused() throws IOException {
        byte[] good = state(20);
        assertThat(read(good).templates()).isEqualTo(20);
        for (int bit = 0; bit < 8 * good.length; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused("bit " + bit, bad);
        }
    }

    @Test
    void read_anyByteReplaced_refused() throws IOException {
        byte[] good = state(3);
        for (int at = 0; at < good.length; at++) {
            for (int value = 0; value < 256; value++) {
                if ((byte) value != good[at]) {
                    byte[] bad = good.clone();
                    bad[at] = (byte) value;
                    assertRefused("byte " + at + " " + value, bad);
                }
            }
        }
    }

    @Test
    void read_anyLength_refused() throws IOException {
        byte[] good = state(20);
        for (int length = 0; length < good.length; length++) {
            assertRefused("length " + length, Arrays.copyOf(good, length));
        }
        assertRefused("one byte more", Arrays.copyOf(good, good.length + 1));
        byte[] twice = Arrays.copyOf(good, 2 * good.length);
        System.arraycopy(good, 0, twice, good.length, good.length);
        assertRefused("twice", twice);
    }

    /** The state of several blocks, split into them; the header comes first. */
    private static List<byte[]> parts(byte[] all) {
        List<byte[]> parts = new ArrayList<>();
        int at = "lvs4j-state 1\n".length();
        parts.add(Arrays.copyOf(all, at));
        while (at < all.length) {
            int length = (all[at + 1] & 0xFF) << 16 | (all[at + 2] & 0xFF) << 8 | all[at + 3] & 0xFF;
            parts.add(Arrays.copyOfRange(all, at, at + 8 + length));
            at += 8 + length;
        }
        return parts;
    }

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void read_blocksMissingMovedOrRepeated_refused() throws IOException {
        byte[] good = state(6_000);
        List<byte[]> parts = parts(good);
        assertThat(parts).as("header and several blocks").hasSizeGreaterThan(2);
        assertThat(read(joined(parts)).templates()).isEqualTo(6_000);
        for (int i = 1; i < parts.size(); i++) {
            List<byte[]> fewer = new ArrayList<>(parts);
            fewer.remove(i);
            assertRefused("without block " + i, joined(fewer));
            List<byte[]> repeated = new ArrayList<>(parts);
            repeated.add(i, parts.get(i));
            assertRefused("block " + i + " twice", joined(repeated));
            List<byte[]> moved = new ArrayList<>(parts);
            moved.add(1, moved.remove(i));
            if (i > 1) {
                assertRefused("block " + i + " first", joined(moved));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'lvs4j-state 2\n', NEWER",
        "'lvs4j-state 999999\nanything', NEWER",
        "'lvs4j-state 0\n', DAMAGED",
        "'lvs4j-state 1000000\n', DAMAGED",
        "'lvs4j-state \n', DAMAGED",
        "'lvs4j-state x\n', DAMAGED",
        "'lvs4j-sta', DAMAGED",
        "'', DAMAGED",
        "'lvs4j-rules', FOREIGN",
        "'-A -t 127.0.0.1:80', FOREIGN",
        "'{\"a\": 1}', FOREIGN"
    })
    void read_otherBeginning_reasonNamed(String text, Reason reason) {
        assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void read_moreThanAllowed_refusedBeforeItIsHeld() throws IOException {
        byte[] good = state(20);
        assertThat(DirectorState.read(new ByteArrayInputStream(good), good.length)
                        .templates())
                .isEqualTo(20);
        for (long most : new long[] {Long.MIN_VALUE, -1, 0, 1, good.length - 1}) {
            assertThatThrownBy(() -> DirectorState.read(new ByteArrayInputStream(good), most))
                    .isInstanceOfSatisfying(
                            StateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void read_randomRecordsWithRightChecksums_valueThatCanBeRestoredOrRefused(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] content = parts(state(5)).get(1);
        content = Arrays.copyOfRange(content, 8, content.length);
        DirectorFixture fixture = new DirectorFixture();
        fixture.addService(VirtualService.builder(WEB).persistent(300).build(), "192.168.1.1:80", "192.168.1.2:80");
        int restored = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] mutated = Arrays.copyOf(
                    content, random.nextInt(4) == 0 ? random.nextInt(content.length + 1) : content.length);
            for (int change = random.nextInt(4); change > 0 && mutated.length > 0; change--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 4);
            }
            byte[] bytes = joined(blocksOf(mutated, random));
            DirectorState state;
            try {
                state = read(bytes);
            } catch (StateException e) {
                assertThat(e.reason()).as("seed %d round %d", seed, round).isEqualTo(Reason.DAMAGED);
                continue;
            }
            StateRestoration done = fixture.director.restore(state, 1);
            assertThat(done.templates()).as("seed %d round %d", seed, round).isLessThanOrEqualTo(5);
            restored++;
        }
        assertThat(restored).isPositive();
    }

    /** Content as a state whose checksums are right. */
    private static List<byte[]> blocksOf(byte[] content, SplittableRandom random) throws IOException {
        int split = random.nextInt(content.length + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new StateBlocks(List.of(Arrays.copyOf(content, split), Arrays.copyOfRange(content, split, content.length)))
                .writeTo(bytes);
        return List.of(bytes.toByteArray());
    }
}
