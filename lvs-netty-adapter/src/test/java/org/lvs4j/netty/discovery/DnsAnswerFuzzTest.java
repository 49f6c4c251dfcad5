package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.netty.discovery.NameServer.address;
import static org.lvs4j.netty.discovery.NameServer.alias;
import static org.lvs4j.netty.discovery.NameServer.soa;
import static org.lvs4j.netty.discovery.NameServer.srv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.EncoderException;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Answers with bytes that were changed at random are malformed, or are read. */
@Tag("slow")
final class DnsAnswerFuzzTest {
    private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 53);

    @Test
    void of_bytesChanged_malformedOrRead() {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] valid = valid();
        Map<String, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < 30_000; i++) {
            byte[] changed = valid.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = 4 + random.nextInt(changed.length - 4);
                changed[at] = random.nextInt(4) == 0 ? (byte) (0xc0 | random.nextInt(2)) : (byte) random.nextInt(256);
            }
            String outcome;
            try {
                outcome = read(changed);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            outcomes.merge(outcome, 1, Integer::sum);
        }
        assertThat(outcomes.keySet()).contains("read", "malformed");
    }

    private static byte[] valid() {
        EmbeddedChannel encoder = new EmbeddedChannel(new DatagramDnsResponseEncoder());
        DatagramDnsResponse response = new DatagramDnsResponse(HERE, HERE, 7);
        response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion("_a._tcp.example.", DnsRecordType.SRV));
        List<NameServer.Rr> answers = List.of(
                alias("_a._tcp.example", 5, "b.example"),
                srv("b.example", 5, 1, 2, 80, "c.example"),
                address("c.example", 5, "10.0.0.1"),
                address("c.example", 5, "fd00::1"));
        answers.forEach(each -> response.addRecord(DnsSection.ANSWER, record(each)));
        response.addRecord(DnsSection.AUTHORITY, record(soa(5, 6)));
        response.addRecord(DnsSection.ADDITIONAL, record(address("c.example", 5, "10.0.0.2")));
        encoder.writeOutbound(response);
        DatagramPacket packet = encoder.readOutbound();
        byte[] bytes = new byte[packet.content().readableBytes()];
        packet.content().readBytes(bytes);
        packet.release();
        return bytes;
    }

    private static DefaultDnsRawRecord record(NameServer.Rr each) {
        return new DefaultDnsRawRecord(each.name(), each.type(), each.ttl(), Unpooled.wrappedBuffer(each.content()));
    }

    private static String read(byte[] bytes) {
        EmbeddedChannel decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        try {
            // Netty's own part, whose failure ends the query.
            decoder.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(bytes), HERE, HERE));
        } catch (Exception e) {
            return "not decoded " + e.getClass().getSimpleName();
        }
        DatagramDnsResponse response = decoder.readInbound();
        try {
            DnsAnswer answer = DnsAnswer.of(response);
            for (DnsAnswer.Alias alias : answer.aliases().values()) {
                ask(alias.name());
            }
            for (DnsAnswer.Target target : answer.targets()) {
                ask(target.host());
            }
            return "read";
        } catch (DecoderException | IndexOutOfBoundsException e) {
            return "malformed";
        } finally {
            response.release();
        }
    }

    private static void ask(String name) {
        DefaultDnsQuestion question;
        try {
            question = new DefaultDnsQuestion(name, DnsRecordType.A);
        } catch (IllegalArgumentException e) {
            return; // DnsClient.ask reports it
        }
        EmbeddedChannel encoder = new EmbeddedChannel(new DatagramDnsQueryEncoder());
        DatagramDnsQuery query = new DatagramDnsQuery(HERE, HERE, 1);
        query.addRecord(DnsSection.QUESTION, question);
        try {
            encoder.writeOutbound(query);
        } catch (EncoderException e) {
            return; // the query fails
        }
        DatagramPacket packet = encoder.readOutbound();
        ByteBuf content = packet.content();
        assertThat(content.isReadable()).isTrue();
        packet.release();
    }
}
