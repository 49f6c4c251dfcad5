package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** The filling of a Maglev table against the algorithm of the paper. */
final class MaglevFillingTest {
    private static final long OFFSET_KEY = 17;
    private static final long SKIP_KEY = 4711;

    private static Endpoint[] endpoints(int count, SplittableRandom random) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Endpoint(IpAddress.of(AddressFamily.IPV4, 0, random.nextInt() & 0xFFFF_FFFFL), 80))
                .toArray(Endpoint[]::new);
    }

    /** The algorithm of the paper: step by step, with a remainder for each step. */
    private static short[] stepByStep(Endpoint[] endpoints, int[] order, int size) {
        short[] slots = new short[size];
        Arrays.fill(slots, (short) -1);
        long[] steps = new long[endpoints.length];
        for (int server : order) {
            int key = AddressHash.server(endpoints[server]);
            long start = Integer.remainderUnsigned(SipHash.of(OFFSET_KEY, key), size);
            long skip = Integer.remainderUnsigned(SipHash.of(SKIP_KEY, key), size - 1) + 1;
            int slot;
            do {
                slot = (int) ((start + steps[server]++ * skip) % size);
            } while (slots[slot] >= 0);
            slots[slot] = (short) server;
        }
        return slots;
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1",
        "3, 2",
        "5, 7",
        "251, 1",
        "251, 10",
        "4093, 1",
        "4093, 3",
        "4093, 100",
        "4093, 4093",
        "16381, 50",
        "65537, 1",
        "65537, 1000",
        "131071, 20",
        "1048573, 2",
        "1048573, 5000"
    })
    @Tag("slow")
    void take_randomOrder_equalsSteps(int size, int servers) {
        SplittableRandom random = new SplittableRandom(size + servers);
        for (int run = size < 300 ? 100 : size < 20_000 ? 10 : 1; run > 0; run--) {
            Endpoint[] endpoints = endpoints(servers, random);
            int[] order = random.ints(size, 0, servers).toArray();
            MaglevFilling filling = new MaglevFilling(endpoints, size, OFFSET_KEY, SKIP_KEY);
            for (int server : order) {
                filling.take(server);
            }
            assertThat(filling.free()).isZero();
            assertThat(filling.slots()).as("run %d", run).isEqualTo(stepByStep(endpoints, order, size));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 251, 4093})
    void inverse_eachValue_productIsOne(int prime) {
        for (int value = 1; value < prime; value++) {
            int inverse = MaglevFilling.inverse(value, prime);
            assertThat(inverse).isBetween(1, prime - 1);
            assertThat(inverse * value % prime).as("%d", value).isOne();
        }
    }
}
