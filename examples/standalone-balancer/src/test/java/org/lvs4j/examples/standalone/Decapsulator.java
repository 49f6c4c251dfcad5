package org.lvs4j.examples.standalone;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import org.drasyl.channel.tun.Tun4Packet;
import org.drasyl.channel.tun.Tun6Packet;
import org.drasyl.channel.tun.TunAddress;
import org.drasyl.channel.tun.TunChannel;
import org.drasyl.channel.tun.TunPacket;

/**
 * The server's end of IP-in-IP tunnels, for kernels without such a device: writes each packet that it reads from a TUN
 * device back without its outer header.
 */
final class Decapsulator extends SimpleChannelInboundHandler<TunPacket> {
    private static final int IP_IN_IP = 4;
    private static final int IPV6_IN_IP = 41;

    private Decapsulator() {}

    @SuppressWarnings("deprecation") // The channel of netty-tun needs this kind of group.
    public static void main(String[] arguments) throws InterruptedException {
        Channel channel = new Bootstrap()
                .group(new io.netty.channel.DefaultEventLoopGroup(1))
                .channel(TunChannel.class)
                .handler(new Decapsulator())
                .bind(new TunAddress(arguments[0]))
                .sync()
                .channel();
        channel.closeFuture().sync();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TunPacket packet) {
        ByteBuf outer = packet.content();
        boolean v4 = outer.getByte(0) >>> 4 == 4;
        int header = v4 ? (outer.getByte(0) & 0xF) * 4 : 40;
        int protocol = outer.getUnsignedByte(v4 ? 9 : 6);
        if (protocol != IP_IN_IP && protocol != IPV6_IN_IP) {
            return;
        }
        ByteBuf inner = outer.copy(header, outer.readableBytes() - header);
        context.writeAndFlush(protocol == IP_IN_IP ? new Tun4Packet(inner) : new Tun6Packet(inner));
    }
}
