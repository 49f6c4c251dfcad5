package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FootprintTest {
    @Test
    void measure_plainTable_bytesOfItsArray() {
        // Two slots in 64 bytes, 1.4 slots per connection. Some collectors round large arrays up.
        assertThat(Footprint.measure(StorePeer.PLAIN, 1_000_000)).isBetween(44.0, 56.0);
    }

    @Test
    void measure_mapOfRecords_moreThanThePlainTable() {
        assertThat(Footprint.measure(StorePeer.CHM, 200_000)).isBetween(80.0, 200.0);
    }
}
