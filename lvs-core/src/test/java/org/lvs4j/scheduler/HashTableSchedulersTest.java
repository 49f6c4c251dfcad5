package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/** {@code sh} and {@code dh}: the server of each bucket, and the buckets of an unavailable server. */
final class HashTableSchedulersTest {
    /** A flow that hashes to each of the 256 buckets. */
    private static final Flow[] BY_BUCKET = new Flow[256];

    static {
        for (int i = 0, found = 0; found < 256; i++) {
            Flow flow = new Flow();
            flow.set(
                    TestService.flow(i).protocol(),
                    TestService.flow(i).family(),
                    0,
                    0x0A00_0000L + i,
                    5,
                    0,
                    0x0A00_0000L + i,
                    80);
            int bucket = AddressHash.bucket(AddressHash.source(flow, false), 8);
            if (BY_BUCKET[bucket] == null) {
                BY_BUCKET[bucket] = flow;
                found++;
            }
        }
    }

    private static int[] buckets(TestService service) {
        return IntStream.range(0, 256)
                .map(bucket -> service.host(BY_BUCKET[bucket]))
                .toArray();
    }

    @Test
    void sh_weights_consecutiveBucketsInListOrder() {
        int[] buckets = buckets(TestService.of("sh", 2, 3, 1));
        int[] round = {3, 2, 2, 2, 1, 1};
        for (int i = 0; i < 256; i++) {
            assertThat(buckets[i]).as("bucket %d", i).isEqualTo(round[i % 6]);
        }
    }

    @Test
    void sh_weightZero_oneBucketThatRefuses() {
        int[] buckets = buckets(TestService.of("sh", 1, 0, 2));
        int[] round = {3, 3, 0, 1};
        for (int i = 0; i < 256; i++) {
            assertThat(buckets[i]).as("bucket %d", i).isEqualTo(round[i % 4]);
        }
    }

    @Test
    void sh_greatWeightOfNewestServer_othersHaveNoBucket() {
        assertThat(buckets(TestService.of("sh", 1, 300))).containsOnly(2);
    }

    @Test
    void sh_edit_tableRebuilt() {
        TestService service = TestService.of("sh", 1, 1);
        assertThat(buckets(service)).startsWith(2, 1, 2, 1);
        service.edit(TestService.endpoint(2), 3);
        assertThat(buckets(service)).startsWith(2, 2, 2, 1, 2, 2, 2, 1);
    }

    @Test
    void sh_fallback_startsAtTwiceTheBucket() {
        TestService service = TestService.of("sh", SchedulerFlag.FALLBACK, 1, 1, 1);
        service.live(TestService.endpoint(2)).overloaded = true;
        int[] buckets = buckets(service);
        int[] owner = {3, 2, 1};
        for (int i = 0; i < 256; i++) {
            int expected = owner[i % 3];
            for (int probe = 2 * i; expected == 2; probe++) {
                expected = owner[(probe & 255) % 3];
            }
            assertThat(buckets[i]).as("bucket %d", i).isEqualTo(expected);
        }
    }

    @Test
    void sh_flagsChanged_tableKept() {
        TestService service = TestService.of("sh", 1, 1, 1);
        TestService withPort = TestService.of("sh", SchedulerFlag.PORT, 1, 1, 1);
        Flow flow = TestService.from("10.0.0.1:1024");
        assertThat(service.host(flow)).isEqualTo(service.host(BY_BUCKET[39]));
        assertThat(withPort.host(flow)).isEqualTo(service.host(BY_BUCKET[73]));
    }

    @Test
    void dh_weights_ignored() {
        int[] buckets = buckets(TestService.of("dh", 7, 1, 100));
        int[] round = {3, 2, 1};
        for (int i = 0; i < 256; i++) {
            assertThat(buckets[i]).as("bucket %d", i).isEqualTo(round[i % 3]);
        }
    }

    @Test
    void dh_quiescedServer_keepsBucketsAndRefuses() {
        TestService service = TestService.of("dh", 1, 1, 1);
        int[] before = buckets(service);
        Scheduler scheduler = service.view.scheduler();
        service.edit(TestService.endpoint(3), 0);
        assertThat(service.view.scheduler()).as("an edit does not rebuild").isSameAs(scheduler);
        int[] after = buckets(service);
        for (int i = 0; i < 256; i++) {
            assertThat(after[i]).isEqualTo(before[i] == 3 ? 0 : before[i]);
        }
    }

    @Test
    void dh_oneClientManyDestinations_everyServerChosen() {
        TestService service = TestService.of("dh", 1, 1, 1);
        assertThat(IntStream.range(0, 50)
                        .map(i -> service.host(TestService.to("10.0.1." + i + ":80")))
                        .distinct())
                .hasSize(3);
        assertThat(service.host(TestService.from("10.0.0.1:1")))
                .isEqualTo(service.host(TestService.from("10.7.7.7:7")));
    }
}
