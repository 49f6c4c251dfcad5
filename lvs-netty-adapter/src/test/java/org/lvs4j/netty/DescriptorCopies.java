package org.lvs4j.netty;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Copies descriptors as a second process would get them: by a Unix socket. */
final class DescriptorCopies implements IntConsumer, AutoCloseable {
    private final Socket listening = Socket.newSocketDomain();
    private final Socket sending = Socket.newSocketDomain();
    private final Socket receiving;
    private final List<Integer> copies = new ArrayList<>();

    DescriptorCopies(Path directory) throws IOException {
        DomainSocketAddress path =
                new DomainSocketAddress(directory.resolve("copies").toFile());
        listening.bind(path);
        listening.listen(1);
        sending.connect(path);
        receiving = new Socket(listening.accept(new byte[256]));
    }

    @Override
    public void accept(int descriptor) {
        try {
            sending.sendFd(descriptor);
            copies.add(receiving.recvFd());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The copies so far; the caller owns them. */
    List<Integer> copies() {
        return copies;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        sending.close();
        receiving.close();
    }
}
