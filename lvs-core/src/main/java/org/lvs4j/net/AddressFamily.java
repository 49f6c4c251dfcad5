package org.lvs4j.net;

/** The two families of internet addresses. */
public enum AddressFamily {
    /** IPv4: 32-bit addresses. */
    IPV4(32),
    /** IPv6: 128-bit addresses. */
    IPV6(128);

    private final int bits;

    AddressFamily(int bits) {
        this.bits = bits;
    }

    /** The length of an address in bits: 32 or 128. */
    public int bits() {
        return bits;
    }
}
