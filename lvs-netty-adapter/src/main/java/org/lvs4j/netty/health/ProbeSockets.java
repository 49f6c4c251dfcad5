package org.lvs4j.netty.health;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.Dialogues;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.PingCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** Starts the probes of network checks on event loops of one transport, pings on one of epoll. Thread-safe. */
final class ProbeSockets implements AutoCloseable {
    private static final int SMALL_DATAGRAM_BYTES = 2048;
    private static final int LARGEST_DATAGRAM_BYTES = 65_535;

    private final ProbeTransport transport;
    private final RandomGenerator random;
    private final Tls tls = new Tls();
    private final PingLoop pings = new PingLoop();

    /** The TLS of all probes, made when the first one needs it. */
    private static final class Tls {
        private @Nullable ProbeTls made;

        synchronized ProbeTls get() {
            if (made == null) {
                made = new ProbeTls();
            }
            return made;
        }
    }

    ProbeSockets(ProbeTransport transport, RandomGenerator random) {
        this.transport = transport;
        this.random = random;
    }

    /** Starts a probe on an event loop. If the loop has ended, the probe is not made. */
    Execution start(EventLoop given, NetworkCheck check, int page, ProbeOutcome outcome) {
        ProbeTarget target = check.target();
        EventLoop loop;
        try {
            loop = check instanceof PingCheck && transport != ProbeTransport.EPOLL ? pings.get() : given;
        } catch (IllegalStateException | OutOfMemoryError e) {
            outcome.notMade("no event loop for pings can be started: " + e.getMessage());
            return () -> {};
        }
        Dialogue dialogue = Dialogues.of(check, page, random);
        SocketProbe probe = new SocketProbe(loop, dialogue, target.timeout().toNanos(), outcome);
        Runnable start = () ->
                probe.start(() -> open(check, page, dialogue), target.endpoint().toSocketAddress(), local(target));
        if (loop.inEventLoop()) {
            start.run();
            return probe;
        }
        try {
            loop.execute(start);
        } catch (RejectedExecutionException e) {
            outcome.notMade("the event loop has ended");
        }
        return probe;
    }

    @Override
    public void close() {
        pings.close();
    }

    private Channel open(NetworkCheck check, int page, Dialogue dialogue) throws IOException {
        ProbeTarget target = check.target();
        AddressFamily family = target.endpoint().address().family();
        Channel socket;
        if (check instanceof PingCheck) {
            socket = PingSockets.open(family);
        } else if (check instanceof UdpCheck || check instanceof DnsCheck) {
            socket = transport.openDatagram(family);
            int longest = check instanceof UdpCheck udp ? udp.maxReplyLength() + 1 : 0;
            socket.config()
                    .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(
                            Math.min(Math.max(longest, SMALL_DATAGRAM_BYTES), LARGEST_DATAGRAM_BYTES)));
        } else {
            socket = transport.openStream();
        }
        try {
            set(socket, target);
            addHandlers(socket.pipeline(), check, page, dialogue);
            return socket;
        } catch (RuntimeException | Error e) {
            socket.unsafe().closeForcibly();
            throw e;
        }
    }

    private void addHandlers(ChannelPipeline pipeline, NetworkCheck check, int page, Dialogue dialogue) {
        if (check instanceof HttpCheck http && http.tls()) {
            pipeline.addLast(tls.get().handler(ProbeTls.serverName(http, page)));
        } else if (check instanceof GrpcCheck grpc) {
            if (grpc.tls()) {
                pipeline.addLast(tls.get().handler(ProbeTls.serverName(grpc), GrpcStream.PROTOCOL));
            }
            GrpcStream.addTo(pipeline, grpc, dialogue);
        }
    }

    private static void set(Channel socket, ProbeTarget target) {
        if (target.sourcePort() != 0) {
            // The connection of the last probe from this port may still linger.
            socket.config().setOption(ChannelOption.SO_REUSEADDR, true);
        }
        if (target.mark() != 0) {
            socket.config().setOption(LinuxOptions.MARK, target.mark());
        }
        if (target.device() != null) {
            ByteBuffer name = ByteBuffer.allocateDirect(LinuxOptions.DEVICE_BYTES);
            name.put(target.device().getBytes(StandardCharsets.UTF_8)).clear();
            socket.config().setOption(LinuxOptions.DEVICE, name);
        }
    }

    private static @Nullable InetSocketAddress local(ProbeTarget target) {
        IpAddress source = target.source();
        if (source == null && target.sourcePort() == 0) {
            return null;
        }
        if (source == null) {
            source = target.endpoint().address().isV4() ? IpAddress.v4(0) : IpAddress.v6(0, 0);
        }
        return new Endpoint(source, target.sourcePort()).toSocketAddress();
    }

    /** Loaded with the first probe that needs one: the constants need Netty's native classes. */
    private static final class LinuxOptions {
        private static final int SOL_SOCKET = 1;

        static final ChannelOption<Integer> MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, 36);
        /** The size of the name of a network interface with its final zero. */
        static final int DEVICE_BYTES = 16;

        static final ChannelOption<ByteBuffer> DEVICE =
                new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, 25, DEVICE_BYTES);
    }
}
