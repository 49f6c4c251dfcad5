package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;

class LocalAddressesTest {
    private static LocalAddress linkLocal(int scope) throws Exception {
        byte[] bytes = InetAddress.getByName("fe80::7").getAddress();
        return LocalAddress.of(Inet6Address.getByAddress(null, bytes, scope));
    }

    @Test
    void linkLocalAddress_ofTwoInterfaces_areTwoAddresses() throws Exception {
        Set<LocalAddress> ipv6 = new LinkedHashSet<>(Set.of(linkLocal(1), linkLocal(2)));
        LocalAddresses addresses = new LocalAddresses(Set.of(), ipv6, Set.of());

        assertThat(addresses.of(AddressFamily.IPV6)).hasSize(2);
        assertThat(addresses.of(AddressFamily.IPV6).stream().map(each -> ((Inet6Address) each.address()).getScopeId()))
                .containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void linkLocalAddress_interfaceMadeAgain_isAnotherAddress() throws Exception {
        assertThat(linkLocal(3)).isNotEqualTo(linkLocal(4));
    }

    @Test
    void otherAddress_scopeIsIgnored() throws Exception {
        byte[] bytes = InetAddress.getByName("fd00::7").getAddress();
        assertThat(LocalAddress.of(Inet6Address.getByAddress(null, bytes, 3)))
                .isEqualTo(LocalAddress.of(InetAddress.getByAddress(bytes)));
    }
}
