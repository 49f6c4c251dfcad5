package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** The members of a {@code virtual_server_group}. */
final class GroupDraft {
    private static final int MAX_ADDRESSES = 65_536;
    private static final int MAX_BYTE = 255;

    private final Word name;
    private final List<Member> members = new ArrayList<>();

    /**
     * A service of the group.
     *
     * @param endpoint its address and port; null for a firewall mark
     * @param mark the firewall mark
     * @param family the family of a firewall mark; null for that of the servers
     */
    record Member(
            @Nullable Endpoint endpoint, int mark, @Nullable AddressFamily family) {}

    GroupDraft(Word name) {
        this.name = name;
    }

    Word name() {
        return name;
    }

    List<Member> members() {
        return members;
    }

    void read(Statement.Block block, Context context) {
        for (Statement statement : block.statements()) {
            try {
                if (!statement.broken()) {
                    read(statement, context);
                }
            } catch (KeepalivedException e) {
                context.problems().error(e);
            }
        }
    }

    private void read(Statement statement, Context context) throws KeepalivedException {
        if (statement.block() != null) {
            throw statement.key().error("block in a group:", "addresses, one a line");
        }
        if (statement.key().text().equals(Statement.OURS)) {
            throw statement.key().error("nothing of ours belongs to a group:", "it in virtual_server");
        }
        if (statement.key().text().equals("fwmark")) {
            Word mark = statement.value("a firewall mark");
            members.add(new Member(
                    null,
                    (int) Values.number(mark, 1, 0xFFFF_FFFFL, context),
                    statement.size() > 1 ? family(statement.value(1)) : null));
            return;
        }
        int port = Values.port(statement, 0);
        for (IpAddress address : addresses(statement.key(), context)) {
            members.add(new Member(new Endpoint(address, port), 0, null));
        }
        if (statement.size() > 1) {
            context.problems()
                    .warning(statement.value(1).place(), "words behind the port of a member of a group are ignored");
        }
    }

    static AddressFamily family(Word word) throws KeepalivedException {
        return switch (word.text()) {
            case "inet" -> AddressFamily.IPV4;
            case "inet6" -> AddressFamily.IPV6;
            default -> throw word.error("unknown address family", "inet or inet6");
        };
    }

    /** The addresses of a member: one, a range or a prefix. */
    private List<IpAddress> addresses(Word word, Context context) throws KeepalivedException {
        String text = word.text();
        int dash = text.indexOf('-');
        int slash = text.indexOf('/');
        int separator = dash >= 0 ? dash : slash;
        if (separator < 0) {
            return List.of(Values.address(word));
        }
        IpAddress first = Values.addressOrNull(text.substring(0, separator));
        if (first == null) {
            throw word.error(
                    "not an IP address:", "an address, a range such as 10.0.0.1-9, or a prefix such as 10.0.0.0/28");
        }
        String rest = text.substring(separator + 1);
        return dash >= 0 ? range(word, first, rest, context) : prefix(word, first, rest, context);
    }

    private List<IpAddress> range(Word word, IpAddress first, String rest, Context context) throws KeepalivedException {
        IpAddress last = Values.addressOrNull(rest);
        if (last == null) {
            last = lastPart(first, rest);
        }
        if (last == null || last.family() != first.family() || last.compareTo(first) < 0) {
            throw word.error("bad range:", "an end that is not below " + first + ", such as 10.0.0.1-9 or fd00::1-f");
        }
        if (first.high() != last.high() || last.low() - first.low() < 0 || last.low() - first.low() >= MAX_ADDRESSES) {
            throw tooMany(word);
        }
        return list(word, first, (int) (last.low() - first.low() + 1), context);
    }

    private KeepalivedException tooMany(Word word) {
        return word.error("too many addresses:", "at most " + MAX_ADDRESSES);
    }

    /** An address whose last part, decimal or of IPv6 hexadecimal, is replaced; null if it is not one. */
    private static @Nullable IpAddress lastPart(IpAddress first, String rest) {
        try {
            if (rest.startsWith("+") || rest.startsWith("-")) {
                return null;
            }
            int part = Integer.parseInt(rest, first.isV4() ? 10 : 16);
            if (part > (first.isV4() ? MAX_BYTE : 0xFFFF)) {
                return null;
            }
            return first.isV4()
                    ? IpAddress.v4((int) (first.low() & ~0xFFL) | part)
                    : IpAddress.v6(first.high(), first.low() & ~0xFFFFL | part);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private List<IpAddress> prefix(Word word, IpAddress address, String rest, Context context)
            throws KeepalivedException {
        int size = address.isV4() ? 32 : 128;
        int bits;
        try {
            bits = rest.length() <= 3 ? Integer.parseInt(rest) : -1;
        } catch (NumberFormatException e) {
            bits = -1;
        }
        if (bits < 1 || bits > size || rest.startsWith("+")) {
            throw word.error("bad prefix length:", "a number within 1.." + size + " behind '/'");
        }
        int free = size - bits;
        if (free > 16) {
            throw tooMany(word);
        }
        long mask = (1L << free) - 1;
        IpAddress first = IpAddress.of(address.family(), address.high(), address.low() & ~mask);
        return list(word, first, (int) mask + 1, context);
    }

    private List<IpAddress> list(Word word, IpAddress first, int count, Context context) {
        context.requireAddresses(word, count);
        List<IpAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(IpAddress.of(first.family(), first.high(), first.low() + i));
        }
        return addresses;
    }
}
