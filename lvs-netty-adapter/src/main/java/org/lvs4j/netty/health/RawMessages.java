package org.lvs4j.netty.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import java.util.concurrent.ThreadLocalRandom;
import org.lvs4j.net.AddressFamily;

/**
 * Makes a raw socket of ICMP look like a datagram socket of it: sets the identifier of requests, for IPv4 also the
 * checksum, and removes the IP header, which only IPv4 delivers.
 */
final class RawMessages extends ChannelDuplexHandler {
    private static final int CHECKSUM = 2;
    private static final int IDENTIFIER = 4;
    private static final int MIN_IP_HEADER_BYTES = 20;

    private final AddressFamily family;

    RawMessages(AddressFamily family) {
        this.family = family;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf request = (ByteBuf) message;
        int start = request.readerIndex();
        request.setShort(start + IDENTIFIER, ThreadLocalRandom.current().nextInt());
        if (family == AddressFamily.IPV4) {
            request.setShort(start + CHECKSUM, 0);
            request.setShort(start + CHECKSUM, ~sum(request));
        }
        context.write(request, promise);
    }

    /** The sum of RFC 1071 of an even number of bytes. */
    private static int sum(ByteBuf message) {
        int sum = 0;
        for (int i = message.readerIndex(); i < message.writerIndex(); i += 2) {
            sum += message.getUnsignedShort(i);
        }
        sum = (sum >>> 16) + (sum & 0xFFFF);
        return sum + (sum >>> 16);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = message instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) message;
        if (family == AddressFamily.IPV4 && data.readableBytes() >= MIN_IP_HEADER_BYTES) {
            int headerBytes = (data.getByte(data.readerIndex()) & 0xF) * 4;
            data.skipBytes(Math.min(headerBytes, data.readableBytes()));
        }
        context.fireChannelRead(message);
    }
}
