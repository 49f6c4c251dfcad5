package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.IpAddress;

/** The address hashes against values recorded from IPVS. */
final class AddressHashTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 39",
        "10.0.0.2, 137",
        "192.168.1.1, 136",
        "203.0.113.7, 124",
        "255.255.255.255, 158",
        "2001:db8::1, 63",
        "2001:db8::2, 160",
        "fe80::1:2:3:4, 236"
    })
    void bucket_256Buckets_sameAsIpvs(String address, int bucket) {
        assertThat(AddressHash.bucket(folded(address), 8)).isEqualTo(bucket);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 159", "10.0.0.2, 550", "192.168.1.1, 547", "203.0.113.7, 499"})
    void bucket_1024Buckets_sameAsIpvs(String address, int bucket) {
        assertThat(AddressHash.bucket(folded(address), 10)).isEqualTo(bucket);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1:1024, 73", "10.0.0.1:1025, 171", "192.168.1.1:40000, 44"})
    void source_withPort_portAddedToAddress(String client, int bucket) {
        assertThat(AddressHash.bucket(AddressHash.source(TestService.from(client), true), 8))
                .isEqualTo(bucket);
    }

    @Test
    void bucket_anyValue_inTable() {
        for (int value = -1000; value < 1000; value++) {
            assertThat(AddressHash.bucket(value, 8)).isBetween(0, 255);
        }
    }

    private static int folded(String address) {
        IpAddress parsed = IpAddress.parse(address);
        return AddressHash.fold(parsed.high(), parsed.low());
    }
}
