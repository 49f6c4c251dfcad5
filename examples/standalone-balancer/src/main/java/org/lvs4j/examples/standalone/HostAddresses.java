package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import org.lvs4j.net.IpAddress;

/** The addresses that this host has now. */
final class HostAddresses {
    private HostAddresses() {}

    /** Whether no socket can be bound to an address because it is not one of this host. */
    static boolean lacks(IpAddress address) {
        try (DatagramChannel probe =
                DatagramChannel.open(address.isV4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6)) {
            probe.bind(new InetSocketAddress(address.toInetAddress(), 0));
            return false;
        } catch (BindException e) {
            return String.valueOf(e.getMessage()).contains("assign requested address");
        } catch (IOException | UnsupportedOperationException e) {
            // Not known: the start of the relay tells more.
            return false;
        }
    }
}
