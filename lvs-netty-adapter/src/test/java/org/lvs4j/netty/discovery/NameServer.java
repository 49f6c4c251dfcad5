package org.lvs4j.netty.discovery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** A name server over UDP and TCP at one port that the system chooses. It answers NXDOMAIN about what it does not have. */
final class NameServer implements AutoCloseable {
    /** A record, a new object for each answer. */
    record Rr(String name, DnsRecordType type, long ttl, byte[] content) {
        private DefaultDnsRawRecord copy() {
            return new DefaultDnsRawRecord(name, type, ttl, Unpooled.wrappedBuffer(content));
        }
    }

    /** What is answered to a question. */
    record Reply(DnsResponseCode code, List<Rr> answers, List<Rr> authority, List<Rr> additional, boolean cutOff) {
        static Reply of(Rr... answers) {
            return new Reply(DnsResponseCode.NOERROR, List.of(answers), List.of(), List.of(), false);
        }

        static Reply of(DnsResponseCode code) {
            return new Reply(code, List.of(), List.of(), List.of(), false);
        }

        Reply additional(Rr... records) {
            return new Reply(code, answers, authority, List.of(records), cutOff);
        }

        Reply authority(Rr... records) {
            return new Reply(code, answers, List.of(records), additional, cutOff);
        }

        Reply cutOffOverUdp() {
            return new Reply(code, answers, authority, additional, true);
        }
    }

    /** No answer at all. */
    static final Reply SILENCE = Reply.of(DnsResponseCode.BADVERS_OR_BADSIG);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final Channel udp;
    private final Channel tcp;
    final Queue<String> questions = new ConcurrentLinkedQueue<>();
    final Queue<Long> times = new ConcurrentLinkedQueue<>();

    NameServer() {
        Channel datagrams = null;
        Channel streams = null;
        for (int attempt = 0; datagrams == null; attempt++) {
            streams = streams();
            try {
                datagrams = datagrams(((InetSocketAddress) streams.localAddress()).getPort());
            } catch (Exception e) {
                // Netty throws a BindException although it is a checked one.
                streams.close().syncUninterruptibly();
                if (attempt == 20) {
                    throw e;
                }
            }
        }
        udp = datagrams;
        tcp = streams;
    }

    private Channel streams() {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new OverTcp());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    private Channel datagrams(int port) {
        return new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new OverUdp());
                    }
                })
                .bind("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
    }

    Endpoint endpoint() {
        return Endpoint.of((InetSocketAddress) udp.localAddress());
    }

    NameServer reply(String name, DnsRecordType type, Reply reply) {
        replies.put(name + ". " + type.name(), reply);
        return this;
    }

    /** The name exists, and has these addresses only. */
    NameServer addresses(String name, long ttl, String... addresses) {
        List<Rr> v4 = new ArrayList<>();
        List<Rr> v6 = new ArrayList<>();
        for (String address : addresses) {
            (IpAddress.parse(address).isV4() ? v4 : v6).add(address(name, ttl, address));
        }
        return reply(name, DnsRecordType.A, Reply.of(v4.toArray(Rr[]::new)))
                .reply(name, DnsRecordType.AAAA, Reply.of(v6.toArray(Rr[]::new)));
    }

    void closeTcp() {
        tcp.close().syncUninterruptibly();
    }

    static Rr address(String name, long ttl, String text) {
        IpAddress address = IpAddress.parse(text);
        return new Rr(
                name + ".",
                address.isV4() ? DnsRecordType.A : DnsRecordType.AAAA,
                ttl,
                address.toInetAddress().getAddress());
    }

    static Rr alias(String name, long ttl, String target) {
        return new Rr(name + ".", DnsRecordType.CNAME, ttl, encoded(target));
    }

    static Rr srv(String name, long ttl, int priority, int weight, int port, String host) {
        byte[] target = encoded(host);
        ByteBuffer content = ByteBuffer.allocate(6 + target.length);
        content.putShort((short) priority)
                .putShort((short) weight)
                .putShort((short) port)
                .put(target);
        return new Rr(name + ".", DnsRecordType.SRV, ttl, content.array());
    }

    static Rr soa(long ttl, int minimum) {
        byte[] names = encoded("ns.example");
        ByteBuffer content =
                ByteBuffer.allocate(2 * names.length + 20).put(names).put(names);
        content.putInt(1).putInt(3600).putInt(600).putInt(86400).putInt(minimum);
        return new Rr("example.", DnsRecordType.SOA, ttl, content.array());
    }

    private static byte[] encoded(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            if (!label.isEmpty()) {
                out.write(label.length());
                out.writeBytes(label.getBytes(US_ASCII));
            }
        }
        out.write(0);
        return out.toByteArray();
    }

    private boolean fill(DnsQuery query, DnsResponse response, boolean datagram) {
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        String key = question.name() + " " + question.type().name();
        times.add(System.nanoTime());
        questions.add(key + (datagram ? "" : " over TCP"));
        Reply reply = replies.getOrDefault(key, Reply.of(DnsResponseCode.NXDOMAIN));
        response.setCode(reply.code).setRecursionAvailable(true);
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
        if (datagram && reply.cutOff) {
            response.setTruncated(true);
            reply.answers.stream().limit(1).forEach(found -> response.addRecord(DnsSection.ANSWER, found.copy()));
        } else {
            reply.answers.forEach(found -> response.addRecord(DnsSection.ANSWER, found.copy()));
        }
        reply.authority.forEach(found -> response.addRecord(DnsSection.AUTHORITY, found.copy()));
        reply.additional.forEach(found -> response.addRecord(DnsSection.ADDITIONAL, found.copy()));
        return reply != SILENCE;
    }

    private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
            if (fill(query, response, true)) {
                context.writeAndFlush(response);
            } else {
                response.release();
            }
        }
    }

    private final class OverTcp extends SimpleChannelInboundHandler<DefaultDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DefaultDnsQuery query) {
            DnsResponse response = new DefaultDnsResponse(query.id());
            if (fill(query, response, false)) {
                context.writeAndFlush(response);
            } else {
                response.release();
            }
        }
    }

    @Override
    public void close() {
        udp.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }
}
