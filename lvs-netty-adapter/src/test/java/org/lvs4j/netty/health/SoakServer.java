package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.lvs4j.health.Check;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;

/**
 * A server of the soak at a loopback address of its own: a web server or a DNS server that behaves as it is told, and a
 * file that programs and file checks read.
 */
final class SoakServer implements AutoCloseable {
    /** What it does with connections or datagrams. */
    enum Behaviour {
        WELL,
        SLOW,
        SILENT,
        CLOSING,
        RESETTING,
        WRONG,
        REFUSING
    }

    /** What a check must find out in the end. */
    enum Expected {
        UP,
        DOWN,
        EITHER
    }

    private static final List<Behaviour> OF_DATAGRAMS =
            List.of(Behaviour.SLOW, Behaviour.SILENT, Behaviour.WRONG, Behaviour.REFUSING);
    private static final List<String> CONTENTS = List.of("1", "hang", "kill", "52", "3", "");
    private static final String WELL_CONTENT = "0";
    private static final int SLOW_MILLIS = 100;
    private static final int DNS_HEADER_BYTES = 12;

    private final EventLoopGroup group;
    private final boolean datagrams;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final Endpoint endpoint;
    final Path file;
    private volatile Behaviour behaviour = Behaviour.WELL;
    private volatile String content = WELL_CONTENT;
    private Channel listening;

    SoakServer(EventLoopGroup group, boolean datagrams, String address, Path file) throws IOException {
        this.group = group;
        this.datagrams = datagrams;
        this.file = file;
        listening = listen(new InetSocketAddress(address, 0));
        endpoint = Endpoint.of((InetSocketAddress) listening.localAddress());
        write(WELL_CONTENT);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Behaves in another way from now on, and perhaps changes its file. A killed server resets its connections. */
    void flap(SplittableRandom random) throws IOException {
        boolean well = random.nextInt(5) < 2;
        List<Behaviour> others = datagrams ? OF_DATAGRAMS : List.of(Behaviour.values());
        become(well ? Behaviour.WELL : others.get(random.nextInt(others.size())));
        write(random.nextInt(5) < 2 ? WELL_CONTENT : CONTENTS.get(random.nextInt(CONTENTS.size())));
    }

    void recover() throws IOException {
        become(Behaviour.WELL);
        write(WELL_CONTENT);
    }

    private synchronized void become(Behaviour next) {
        behaviour = next;
        if (next == Behaviour.REFUSING) {
            listening.close().awaitUninterruptibly();
            open.forEach(SoakServer::reset);
        } else if (!listening.isOpen()) {
            listenAgain();
        }
    }

    /** A socket of another process at the wildcard address may have the port for a moment. */
    private void listenAgain() {
        InetSocketAddress address = new InetSocketAddress(endpoint.address().toInetAddress(), endpoint.port());
        ProbeFixture.await("the port " + endpoint, () -> {
            try {
                listening = listen(address);
                return true;
            } catch (Exception e) {
                // Netty throws the BindException of the system without declaring it.
                if (e instanceof BindException) {
                    return false;
                }
                throw e;
            }
        });
    }

    private void write(String text) throws IOException {
        content = text;
        Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What a check of this server must find if nothing changes any more. */
    Expected expected(Check check) {
        Behaviour now = behaviour;
        if (check instanceof TcpCheck) {
            // The reset may come before the system has told that the connection is open.
            return now == Behaviour.RESETTING ? Expected.EITHER : up(now != Behaviour.REFUSING);
        }
        if (check instanceof HttpCheck || check instanceof DnsCheck) {
            return up(now == Behaviour.WELL || now == Behaviour.SLOW);
        }
        if (check instanceof MiscCheck misc) {
            return up(content.equals(WELL_CONTENT)
                    || (misc.dynamic() && content.matches("\\d+") && TrackedFile.number(content) > 1));
        }
        if (check instanceof FileCheck counted) {
            return up(counted.weight() != 0 || TrackedFile.number(content) == 0);
        }
        return up(now != Behaviour.REFUSING);
    }

    private static Expected up(boolean up) {
        return up ? Expected.UP : Expected.DOWN;
    }

    @Override
    public String toString() {
        return endpoint + " " + behaviour + " '" + content + "'";
    }

    private Channel listen(InetSocketAddress address) {
        if (datagrams) {
            return new Bootstrap()
                    .group(group)
                    .channel(NioDatagramChannel.class)
                    .handler(new Dns())
                    .bind(address)
                    .syncUninterruptibly()
                    .channel();
        }
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Web());
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    private static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }

    private final class Web extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            switch (behaviour) {
                case CLOSING -> context.close();
                case RESETTING, REFUSING -> reset(context.channel());
                default -> {
                    open.add(context.channel());
                    context.channel().closeFuture().addListener(closed -> open.remove(context.channel()));
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
            switch (behaviour) {
                case WELL -> answer(context, "200 OK");
                case SLOW ->
                    context.executor().schedule(() -> answer(context, "200 OK"), SLOW_MILLIS, TimeUnit.MILLISECONDS);
                case WRONG -> answer(context, "500 Broken");
                default -> {}
            }
        }

        private void answer(ChannelHandlerContext context, String status) {
            context.writeAndFlush(Unpooled.copiedBuffer("HTTP/1.0 " + status + "\r\n\r\nsoak\n", US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private final class Dns extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket question) {
            switch (behaviour) {
                case WELL -> answer(context, question, 0);
                case SLOW -> {
                    DatagramPacket kept = question.retain();
                    context.executor()
                            .schedule(
                                    () -> {
                                        answer(context, kept, 0);
                                        kept.release();
                                    },
                                    SLOW_MILLIS,
                                    TimeUnit.MILLISECONDS);
                }
                case WRONG -> answer(context, question, 2);
                default -> {}
            }
        }

        /** The question as an answer without records. */
        private void answer(ChannelHandlerContext context, DatagramPacket question, int code) {
            ByteBuf answer = Unpooled.copiedBuffer(question.content());
            if (answer.readableBytes() >= DNS_HEADER_BYTES) {
                answer.setByte(2, 0x80);
                answer.setByte(3, 0x80 | code);
            }
            context.writeAndFlush(new DatagramPacket(answer, question.sender()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // An ICMP error of a client that has left.
        }
    }

    @Override
    public synchronized void close() {
        listening.close().awaitUninterruptibly();
        open.forEach(Channel::close);
    }
}
