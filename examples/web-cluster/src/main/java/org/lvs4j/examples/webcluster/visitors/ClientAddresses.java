package org.lvs4j.examples.webcluster.visitors;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses of clients on this machine: all of 127.0.0.0/8 is the loopback interface, on Linux. */
public final class ClientAddresses {
    private static final int NETWORK = 127;
    private static final int FIRST = 2;
    private static final int HOSTS = 254;

    private ClientAddresses() {}

    /** An address of the n-th visitor alone: 127.2.0.1, 127.2.0.2 and so on. */
    public static InetAddress own(int number) {
        return of(FIRST + number / (HOSTS * HOSTS), number / HOSTS % HOSTS, 1 + number % HOSTS);
    }

    /** The address 127.A.B.C. */
    public static InetAddress of(int second, int third, int fourth) {
        try {
            return InetAddress.getByAddress(new byte[] {NETWORK, (byte) second, (byte) third, (byte) fourth});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
