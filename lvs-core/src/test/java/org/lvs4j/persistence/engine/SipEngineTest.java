package org.lvs4j.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

class SipEngineTest {
    private static final Endpoint CLIENT = Endpoint.parse("10.1.0.1:4000");
    private static final Endpoint VIRTUAL = Endpoint.parse("10.0.0.1:5060");
    private static final Flow UDP = Flow.of(Protocol.UDP, CLIENT, VIRTUAL);
    private static final String REQUEST = "INVITE sip:bob@example.com SIP/2.0\r\n";

    private final SipEngine engine = new SipEngine();

    private String identify(String message) {
        ByteBuffer payload = ByteBuffer.wrap(message.getBytes(StandardCharsets.ISO_8859_1));
        String identity = engine.identify(UDP, payload);
        assertThat(payload.position()).isZero();
        assertThat(payload.remaining()).isEqualTo(message.length());
        return identity;
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            ignoreLeadingAndTrailingWhitespace = false,
            delimiter = '|',
            value = {
                "Call-ID: a84b4c76e66710@pc33|a84b4c76e66710@pc33",
                "call-id: x|x",
                "CALL-ID: x|x",
                "CaLl-Id:x|x",
                "Call-ID :x|x",
                "Call-ID\t:\t x|x",
                "i: x|x",
                "I: x|x",
                "i:x|x",
                "i : x|x",
                "Call-ID: x  |x",
                "Call-ID: a:b|a:b",
                "Call-ID: \u00e9\u00ff|\u00e9\u00ff",
                "Call-ID:|null",
                "Call-ID:   |null",
                "Call-ID|null",
                "Call-IDs: x|null",
                "X-Call-ID: x|null",
                " Call-ID: x|null",
                "is: x|null",
                "info: x|null",
                "ii: x|null",
                ": x|null",
                "|null",
            })
    void identify_headerLine_callIdOrNull(String line, String expected) {
        assertThat(identify(REQUEST + "Via: x\r\n" + line + "\r\n\r\n")).isEqualTo(expected);
        assertThat(identify(REQUEST + "Via: x\n" + line + "\n\n")).as("LF only").isEqualTo(expected);
        assertThat(identify(REQUEST + "Via: x\r" + line + "\r\r")).as("CR only").isEqualTo(expected);
    }

    @Test
    void identify_lineWithoutEnd_null() {
        assertThat(identify(REQUEST + "Call-ID: x")).isNull();
        assertThat(identify(REQUEST + "Call-ID: x\r")).isEqualTo("x");
        assertThat(identify("")).isNull();
        assertThat(identify("\r\n\r\n")).isNull();
    }

    @Test
    void identify_longerThanTheLimit_null() {
        String longest = "x".repeat(PersistenceEngine.MAX_IDENTITY_LENGTH);
        assertThat(identify(REQUEST + "Call-ID: " + longest + "\r\n")).isEqualTo(longest);
        assertThat(identify(REQUEST + "Call-ID: " + longest + "x\r\n")).isNull();
        assertThat(identify(REQUEST + "Call-ID: " + longest + "  \r\n")).isEqualTo(longest);
    }

    @Test
    void identify_severalHeaders_firstReturned() {
        assertThat(identify(REQUEST + "i: first\r\nCall-ID: second\r\n\r\n")).isEqualTo("first");
    }

    @Test
    void identify_tcpAndSctp_callIdAndNull() {
        ByteBuffer payload = ByteBuffer.wrap((REQUEST + "i: x\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(engine.identify(Flow.of(Protocol.TCP, CLIENT, VIRTUAL), payload))
                .isEqualTo("x");
        assertThat(engine.supports(Protocol.SCTP)).isFalse();
        assertThat(engine.identify(Flow.of(Protocol.SCTP, CLIENT, VIRTUAL), payload))
                .isNull();
    }

    @Test
    void identify_beginningOfATcpStream_nullUntilTheLineIsWhole() {
        byte[] whole = ("\r\n\r\n" + REQUEST + "Call-ID: one@host\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        Flow flow = Flow.of(Protocol.TCP, CLIENT, VIRTUAL);
        int end = whole.length - "\n\r\n".length();
        for (int i = 0; i <= whole.length; i++) {
            assertThat(engine.identify(flow, ByteBuffer.wrap(whole, 0, i)))
                    .as("%d bytes", i)
                    .isEqualTo(i < end ? null : "one@host");
        }
    }

    @Test
    void identify_directReadOnlyBuffer_readsPositionToLimitOnly() {
        byte[] message = (REQUEST + "i: inside\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] before = "i: before\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] after = "i: after\r\n".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocateDirect(before.length + message.length + after.length);
        all.put(before).put(message).put(after);
        all.limit(before.length + message.length).position(before.length);
        ByteBuffer payload = all.asReadOnlyBuffer();

        assertThat(engine.identify(UDP, payload)).isEqualTo("inside");
        assertThat(payload.position()).isEqualTo(before.length);
        assertThat(payload.limit()).isEqualTo(before.length + message.length);

        payload.limit(before.length + REQUEST.length());
        assertThat(engine.identify(UDP, payload))
                .as("bytes after the limit are not read")
                .isNull();
    }

    @Test
    @Tag("slow")
    void identify_randomBytes_neverThrowsNorReadsOutside() {
        String[] words = {
            "Call-ID",
            "call-id",
            "i",
            "I",
            ":",
            " ",
            "\t",
            "\r\n",
            "\n",
            "\r",
            "\0",
            "x@y",
            "x".repeat(130),
            "Via: z\r\n",
            "\r\ni:",
            "\r\nCall-ID: "
        };
        long seed = 20_260_101;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[700];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long identified = 0;
        for (int round = 0; round < 1_000_000; round++) {
            int from = random.nextInt(8);
            int length = fill(bytes, from, words, random);
            // A header directly after the limit shows whether the engine reads beyond it.
            byte[] trap = "\r\ni:trap\r\n".getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(trap, 0, bytes, from + length, trap.length);
            buffer.clear().position(from).limit(from + length);
            String identity;
            try {
                identity = engine.identify(UDP, buffer);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
            if (buffer.position() != from || buffer.limit() != from + length) {
                throw new AssertionError("buffer moved, seed " + seed + " round " + round);
            }
            if (identity != null) {
                identified++;
                if (identity.isEmpty() || identity.length() > 255 || identity.contains("trap")) {
                    throw new AssertionError("identity '" + identity + "', seed " + seed + " round " + round);
                }
            }
        }
        assertThat(identified).as("inputs with an identity").isGreaterThan(10_000);
    }

    private static int fill(byte[] bytes, int from, String[] words, SplittableRandom random) {
        int length = 0;
        int parts = random.nextInt(9);
        for (int part = 0; part < parts; part++) {
            if (random.nextInt(6) == 0) {
                bytes[from + length++] = (byte) random.nextInt(256);
                continue;
            }
            String word = words[random.nextInt(words.length)];
            if (length + word.length() > 600) {
                break;
            }
            for (int i = 0; i < word.length(); i++) {
                bytes[from + length++] = (byte) word.charAt(i);
            }
        }
        return length;
    }
}
