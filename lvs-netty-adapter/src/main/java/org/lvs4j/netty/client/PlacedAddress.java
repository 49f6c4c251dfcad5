package org.lvs4j.netty.client;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.net.InetSocketAddress;

/** The address of a server that a look-up has found, by which a channel finds the connection that waits for it. */
final class PlacedAddress extends InetSocketAddress {
    private static final long serialVersionUID = 1;

    private final transient Resolution resolution;

    PlacedAddress(InetSocketAddress server, Resolution resolution) {
        super(server.getAddress(), server.getPort());
        this.resolution = resolution;
    }

    Resolution resolution() {
        return resolution;
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(PlacedAddress.class.getName());
    }
}
