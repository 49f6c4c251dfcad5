package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

class AddressTableTest {
    private static final long SEED = 20_260_901;

    @Test
    void find_ofManyAddresses_isThatOfAMap() {
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
            AddressTable<Integer> table = new AddressTable<>(map);
            for (int i = 0; i < 4096; i++) {
                assertThat(table.find(AddressFamily.IPV4, 0, i))
                        .as("seed %d, size %d, address %d", SEED, size, i)
                        .isEqualTo(map.get(IpAddress.v4(i)));
                assertThat(table.find(AddressFamily.IPV6, 0, i)).isEqualTo(map.get(IpAddress.v6(0, i)));
            }
        }
    }

    @Test
    void contains_byPrefixLength_comparesThatManyBits() {
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
