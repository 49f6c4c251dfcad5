package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

class AddressTableTest {
    private static final long SEED = 20_260_901;

    @Test
    void find_manyAddresses_valueOfMap() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int size : new int[] {0, 1, 2, 7, 64, 1000}) {
            Map<IpAddress, Integer> map = new HashMap<>();
            while (map.size() < size) {
                map.put(
                        random.nextBoolean()
                                ? IpAddress.v4(random.nextInt(4096))
                                : IpAddress.v6(0, random.nextInt(4096)),
                        map.size());
            }
            AddressTable<Integer> table = AddressTable.<Integer>empty().with(List.of(), map);
            for (int i = 0; i < 4096; i++) {
                assertThat(table.find(AddressFamily.IPV4, 0, i))
                        .as("seed %d, size %d, address %d", SEED, size, i)
                        .isEqualTo(map.get(IpAddress.v4(i)));
                assertThat(table.find(AddressFamily.IPV6, 0, i)).isEqualTo(map.get(IpAddress.v6(0, i)));
            }
        }
    }

    @Test
    void with_randomChanges_valuesOfMapAndOldTableUnchanged() {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<IpAddress, Integer> map = new HashMap<>();
        AddressTable<Integer> table = AddressTable.empty();
        for (int round = 0; round < 100; round++) {
            Map<IpAddress, Integer> added = new HashMap<>();
            Set<IpAddress> removed = new HashSet<>();
            // Grows at first, and shrinks later.
            for (int i = random.nextInt(40); i > 0; i--) {
                IpAddress address = IpAddress.v4(random.nextInt(512));
                if (random.nextInt(100) > round) {
                    added.put(address, random.nextInt());
                } else if (!added.containsKey(address)) {
                    removed.add(address);
                }
            }
            Map<IpAddress, Integer> before = Map.copyOf(map);
            AddressTable<Integer> old = table;
            removed.removeAll(added.keySet());
            table = table.with(removed, added);
            map.keySet().removeAll(removed);
            map.putAll(added);

            assertThat(table.size()).isEqualTo(map.size());
            for (int i = 0; i < 512; i++) {
                assertThat(table.find(AddressFamily.IPV4, 0, i))
                        .as("seed %d, round %d, address %d", SEED, round, i)
                        .isEqualTo(map.get(IpAddress.v4(i)));
                assertThat(old.find(AddressFamily.IPV4, 0, i)).isEqualTo(before.get(IpAddress.v4(i)));
            }
        }
    }

    @Test
    void prefixContains_anyLength_comparesThatManyBits() {
        Prefix v4 = new Prefix(IpAddress.parse("10.1.2.3"), 20);
        assertThat(v4.contains(IpAddress.parse("10.1.15.255"))).isTrue();
        assertThat(v4.contains(IpAddress.parse("10.1.16.0"))).isFalse();
        assertThat(v4.contains(IpAddress.parse("::a01:203"))).isFalse();
        Prefix v6 = new Prefix(IpAddress.parse("2001:db8::1"), 72);
        assertThat(v6.contains(IpAddress.parse("2001:db8:0:0:ff::"))).isTrue();
        assertThat(v6.contains(IpAddress.parse("2001:db8:0:0:100::"))).isFalse();
        assertThat(new Prefix(IpAddress.parse("2001:db8::1"), 64).contains(IpAddress.parse("2001:db8:0:1::")))
                .isFalse();
        assertThat(new Prefix(IpAddress.parse("0.0.0.0"), 0).contains(IpAddress.parse("9.9.9.9")))
                .isTrue();
    }
}
