package org.lvs4j.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

class PacketPathsTest {
    @Test
    void fixed_mtuOutOfRange_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketPaths.fixed(67))
                .withMessageContaining("68..65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketPaths.fixed(65_536))
                .withMessageContaining("65536");
    }

    @Test
    void fixed_severalAddresses_firstOfEachFamilyUsed() {
        PacketPaths paths = PacketPaths.fixed(
                1400, IpAddress.parse("10.0.0.1"), IpAddress.parse("fd00::1"), IpAddress.parse("10.0.0.2"));

        assertThat(paths.mtu(AddressFamily.IPV4, 0, 1)).isEqualTo(1400);
        assertThat(paths.source(AddressFamily.IPV4, 0, 1)).isEqualTo(IpAddress.parse("10.0.0.1"));
        assertThat(paths.source(AddressFamily.IPV6, 0, 1)).isEqualTo(IpAddress.parse("fd00::1"));
        assertThat(PacketPaths.fixed(1400).source(AddressFamily.IPV6, 0, 1)).isNull();
    }

    @Test
    void fixed_null_refusedByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> PacketPaths.fixed(1500, (IpAddress[]) null))
                .withMessage("own");
        assertThatNullPointerException()
                .isThrownBy(() -> PacketPaths.fixed(1500, IpAddress.parse("10.0.0.1"), null))
                .withMessage("own");
    }
}
