package org.lvs4j.netty.tun;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.plane.PacketAction;
import org.lvs4j.plane.PacketDecision;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.service.RealServer;

/**
 * One queue of the device with the plane that decides about its packets. Reads a batch of packets per event, each
 * into the same buffer, and writes the plane's output from another one; nothing is allocated for a packet. Belongs to
 * one event loop.
 */
final class TunLoop implements EpollIoHandle {
    /** The most packets per event, after which the event loop may do other work. */
    private static final int BATCH = 128;

    /** No IP packet is longer, with the headers of a tunnel included. */
    private static final int BUFFER_BYTES = 66_000;

    private final TunState state;
    private final TunDevice device;
    private final PacketPlane plane;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);

    final TunCounters counters = new TunCounters();

    TunLoop(TunState state, TunDevice device) {
        this.state = state;
        this.device = device;
        plane = PacketPlane.builder(state.director, state).build();
    }

    /** Lets an event loop handle the packets of this queue, until the registration is cancelled. */
    IoRegistration start(IoEventLoop executor) {
        IoRegistration registration =
                executor.register(this).syncUninterruptibly().getNow();
        registration.submit(EpollIoOps.EPOLLIN);
        return registration;
    }

    @Override
    public FileDescriptor fd() {
        return device.descriptor();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            for (int i = 0; i < BATCH; i++) {
                int length = device.read(in);
                if (length <= 0) {
                    return;
                }
                counters.add(TunCounters.RECEIVED);
                in.position(0).limit(length);
                forward();
                in.clear();
            }
        } catch (IOException e) {
            registration.cancel();
            state.fail(e);
        } catch (RuntimeException | Error e) {
            // A programming error: only this packet is lost.
            in.clear();
            out.clear();
            counters.add(TunCounters.DROPPED);
            state.warn("a packet could not be handled", e);
        }
    }

    private void forward() {
        long decision = plane.process(in, out, state.markOf(in));
        while (true) {
            PacketAction action = PacketDecision.action(decision);
            int length = PacketDecision.length(decision);
            if (length == 0) {
                withoutOutput(action);
            } else {
                out.position(0).limit(length);
                send(action, decision);
                out.clear();
            }
            if (!PacketDecision.more(decision)) {
                return;
            }
            decision = plane.next(out);
        }
    }

    private void withoutOutput(PacketAction action) {
        if (action == PacketAction.PASS) {
            pass(in);
        } else {
            counters.add(action == PacketAction.HOLD ? TunCounters.HELD : TunCounters.DROPPED);
        }
    }

    private void send(PacketAction action, long decision) {
        switch (action) {
            case SEND -> write(device, out, TunCounters.SENT);
            case ANSWER -> write(device, out, TunCounters.ANSWERED);
            case PASS -> pass(out);
            case ROUTE_DIRECT -> {
                RealServer server = state.director.flows().server(PacketDecision.serverId(decision));
                DeviceOutput output = server == null
                        ? null
                        : state.view().direct(server.endpoint().address());
                if (output == null) {
                    counters.add(TunCounters.DROPPED);
                } else {
                    write(output, out, TunCounters.DIRECT);
                }
            }
            case DROP, HOLD -> counters.add(TunCounters.DROPPED);
        }
    }

    /**
     * Passes on a packet that is not the director's. A packet for a virtual address is dropped, because the kernel
     * would route it back into the device.
     */
    private void pass(ByteBuffer packet) {
        int at = packet.position();
        boolean v4 = packet.remaining() >= 20 && packet.get(at) >>> 4 == 4;
        boolean v6 = packet.remaining() >= 40 && packet.get(at) >>> 4 == 6;
        if (!v4 && !v6) {
            counters.add(TunCounters.DROPPED);
            return;
        }
        boolean unserved = v4
                ? state.view().isVirtual(AddressFamily.IPV4, 0, packet.getInt(at + 16) & 0xFFFF_FFFFL)
                : state.view().isVirtual(AddressFamily.IPV6, packet.getLong(at + 24), packet.getLong(at + 32));
        if (unserved) {
            counters.add(TunCounters.UNSERVED);
        } else {
            write(device, packet, TunCounters.PASSED);
        }
    }

    private void write(DeviceOutput to, ByteBuffer packet, int counter) {
        try {
            counters.add(to.write(packet) > 0 ? counter : TunCounters.NOT_WRITTEN);
        } catch (IOException e) {
            counters.add(TunCounters.NOT_WRITTEN);
            state.warn("a packet could not be written", e);
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
