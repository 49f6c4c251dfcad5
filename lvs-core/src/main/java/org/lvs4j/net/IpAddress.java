package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as two 64-bit words in network order. Immutable. Never resolves a host name, and has
 * no scope id.
 *
 * <p>An IPv4 address is the lower 32 bits of {@link #low()}; {@link #high()} is zero. An IPv4-mapped IPv6 address
 * ({@code ::ffff:10.0.0.1}) stays an IPv6 address.
 */
public final class IpAddress implements Comparable<IpAddress> {
    private static final long V4_MASK = 0xFFFF_FFFFL;
    private static final long MAPPED_PREFIX = 0xFFFFL;

    private final AddressFamily family;
    private final long high;
    private final long low;

    private IpAddress(AddressFamily family, long high, long low) {
        this.family = family;
        this.high = high;
        this.low = low;
    }

    /** The IPv4 address of 32 bits in network order: {@code 0x0A000001} is {@code 10.0.0.1}. */
    public static IpAddress v4(int bits) {
        return new IpAddress(AddressFamily.IPV4, 0, bits & V4_MASK);
    }

    /** The IPv6 address of its upper and lower 64 bits in network order. */
    public static IpAddress v6(long high, long low) {
        return new IpAddress(AddressFamily.IPV6, high, low);
    }

    /**
     * The address of two words, as {@link #high()} and {@link #low()} return them. For IPv4 only the lower 32 bits of
     * {@code low} count.
     */
    public static IpAddress of(AddressFamily family, long high, long low) {
        return requireNonNull(family, "family") == AddressFamily.IPV4 ? v4((int) low) : v6(high, low);
    }

    /** Converts an address of the standard library. A scope id is dropped. */
    public static IpAddress of(InetAddress address) {
        requireNonNull(address, "address");
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? v4(bytes.getInt()) : v6(bytes.getLong(), bytes.getLong());
    }

    /**
     * Parses a literal such as {@code 10.0.0.1} or {@code fd00::1}, without brackets and scope id.
     *
     * @throws IllegalArgumentException if the text is not an address literal; host names are never resolved
     */
    public static IpAddress parse(String text) {
        IpAddress address = parseOrNull(requireNonNull(text, "text"));
        if (address == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP address; expected one like 10.0.0.1 or fd00::1");
        }
        return address;
    }

    static @Nullable IpAddress parseOrNull(String text) {
        boolean mayBeV6 = text.indexOf(':') >= 0;
        if (text.indexOf('%') >= 0 || !InetAddresses.isInetAddress(text)) {
            return null;
        }
        InetAddress parsed = InetAddresses.forString(text);
        if (mayBeV6 && parsed instanceof Inet4Address) {
            return v6(
                    0,
                    MAPPED_PREFIX << 32 | ByteBuffer.wrap(parsed.getAddress()).getInt() & V4_MASK);
        }
        return of(parsed);
    }

    /** The family of this address. */
    public AddressFamily family() {
        return family;
    }

    /** Whether this is an IPv4 address. */
    public boolean isV4() {
        return family == AddressFamily.IPV4;
    }

    /** The upper 64 bits of an IPv6 address; zero for IPv4. */
    public long high() {
        return high;
    }

    /** The lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address. */
    public long low() {
        return low;
    }

    /** Whether this is the unspecified address: {@code 0.0.0.0} or {@code ::}. */
    public boolean isUnspecified() {
        return (high | low) == 0;
    }

    /**
     * Whether this is an IPv4-mapped IPv6 address, {@code ::ffff:0:0/96}. It stands for IPv4 within a program; no
     * packet on a network has it.
     */
    public boolean isIpv4Mapped() {
        return !isV4() && high == 0 && low >>> 32 == MAPPED_PREFIX;
    }

    /** Whether this is a multicast address ({@code 224.0.0.0/4} or {@code ff00::/8}). */
    public boolean isMulticast() {
        return isV4() ? low >>> 28 == 0xE : high >>> 56 == 0xFF;
    }

    /** Converts to an address of the standard library: an {@link Inet4Address} or a {@link Inet6Address}. */
    public InetAddress toInetAddress() {
        ByteBuffer bytes = ByteBuffer.allocate(isV4() ? 4 : 16);
        if (isV4()) {
            bytes.putInt((int) low);
        } else {
            bytes.putLong(high).putLong(low);
        }
        try {
            return isV4()
                    ? InetAddress.getByAddress(bytes.array())
                    : Inet6Address.getByAddress(null, bytes.array(), -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("four or sixteen bytes are always an address", e);
        }
    }

    /** Orders IPv4 before IPv6, then by unsigned value. */
    @Override
    public int compareTo(IpAddress other) {
        int byFamily = family.compareTo(requireNonNull(other, "other").family);
        if (byFamily != 0) {
            return byFamily;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that && family == that.family && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low) * 31 + family.ordinal();
    }

    /**
     * The literal: dotted decimal for IPv4, the form of RFC 5952 without brackets for IPv6. As in {@code inet_ntop},
     * the last 32 bits of an IPv4-mapped or IPv4-compatible address are in dotted decimal, {@code ::ffff:10.0.0.1}.
     * {@link #parse} accepts it.
     */
    @Override
    public String toString() {
        boolean compatible = !isV4() && high == 0 && low >>> 32 == 0 && low >>> 16 != 0;
        if (compatible || isIpv4Mapped()) {
            return (compatible ? "::" : "::ffff:") + v4((int) low);
        }
        return InetAddresses.toAddrString(toInetAddress());
    }
}
