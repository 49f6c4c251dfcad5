package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.health.DnsCheck.RecordType;
import org.lvs4j.net.Endpoint;

/** The dialogues of DNS, UDP and ICMP. */
final class DatagramDialoguesTest {
    private static final HexFormat HEX = HexFormat.of();

    private static byte[] sent(Dialogue dialogue) {
        ByteBuffer send = dialogue.opened().send();
        byte[] bytes = new byte[send.remaining()];
        send.get(bytes);
        return bytes;
    }

    private static Dialogue.Step answer(Dialogue dialogue, String hex) {
        return dialogue.received(ByteBuffer.wrap(HEX.parseHex(hex)));
    }

    private static Dialogue dns(String name, RecordType type) {
        return new DnsDialogue(new DnsCheck(Conversation.TARGET, Conversation.SCHEDULE, type, name), 0xA1B2);
    }

    @Test
    void dns_root_asRecorded() {
        assertThat(sent(dns(".", RecordType.SOA))).asHexString().isEqualTo("A1B20100000100000000000000" + "00060001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "example.org."})
    void dns_name_withAndWithoutFinalDot(String name) {
        assertThat(sent(dns(name, RecordType.AAAA)))
                .asHexString()
                .isEqualTo("A1B2010000010000000000000765786" + "16D706C65036F726700001C0001");
    }

    @ParameterizedTest
    @CsvSource({"A,1", "NS,2", "CNAME,5", "SOA,6", "MX,15", "TXT,16", "AAAA,28", "RRSIG,46", "DNSKEY,48"})
    void dns_eachType_hasItsNumber(RecordType type, int number) {
        byte[] question = sent(dns(".", type));
        assertThat(question[question.length - 3]).isEqualTo((byte) number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a..b", ".a"})
    void dns_emptyLabel_refused(String name) {
        assertThatThrownBy(() -> dns(name, RecordType.A)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dns_longestNames_fitAndLongerOnesAreRefused() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);
        assertThat(sent(dns(longest + ".", RecordType.A))).hasSize(12 + 255 + 4);
        assertThatThrownBy(() -> dns(longest + "b", RecordType.A)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> dns(label + "b", RecordType.A)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dns_ids_areRandom() {
        DnsCheck check = new DnsCheck(Conversation.TARGET, Conversation.SCHEDULE, RecordType.A, ".");
        RandomGenerator random = new SplittableRandom(7);
        long different = IntStream.range(0, 100)
                .map(i -> ByteBuffer.wrap(sent(Dialogues.of(check, 0, random))).getShort())
                .distinct()
                .count();
        assertThat(different).isGreaterThan(95);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a1b281800001000000000000", "a1b2818000010000", "a1b2838000010000", "a1b280f000010000"})
    void dns_answerWithoutError_passes(String hex) {
        assertThat(answer(dns(".", RecordType.A), hex).result().passed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "5", "9", "15"})
    void dns_answerWithError_fails(int code) {
        Dialogue.Step step = answer(dns(".", RecordType.A), String.format("a1b2818%x00010000", code));
        assertThat(step.result()).isEqualTo(ProbeResult.failed("response code " + code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a1", "a1b2", "a1b28180000100", "a1b381800001000000000000", "a1b201000001000000000000"})
    void dns_otherDatagram_isIgnored(String hex) {
        Dialogue dialogue = dns(".", RecordType.A);
        assertThat(answer(dialogue, hex)).isSameAs(Dialogue.Step.IGNORE);
        assertThat(answer(dialogue, "a1b281800001000000000000").result().passed())
                .isTrue();
    }

    private static Dialogue udp(String payload, String reply, int min, int max) {
        return new UdpDialogue(
                new UdpCheck(Conversation.TARGET, Conversation.SCHEDULE, payload, reply, min, max), false);
    }

    @Test
    void udp_payload_givenOrThatOfKeepalived() {
        assertThat(sent(udp("00aAff", null, 0, 255))).asHexString().isEqualTo("00AAFF");
        assertThat(sent(udp("", null, 0, 255))).isEmpty();
        assertThat(sent(udp(null, null, 0, 255)))
                .asHexString()
                .isEqualToIgnoringCase("6b656570616c6976656420636865636b202d206b656570616c69766564206368");
    }

    @Test
    void udp_silence_passesUnlessReplyIsRequired() {
        assertThat(udp(null, null, 0, 255).timedOut().result().passed()).isTrue();
        assertThat(udp(null, "", 0, 255).timedOut().result().passed()).isFalse();
        assertThat(udp(null, "0a", 0, 255).timedOut().result().passed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0a0b0c0d0e"})
    void udp_anyDatagram_passesWithoutPattern(String reply) {
        assertThat(answer(udp(null, null, 2, 4), reply).result().passed()).isTrue();
        assertThat(answer(udp(null, "", 2, 4), reply).result().passed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0a0b, true",
        "1a0b, true",
        "fa0bff, true",
        "0a0bffff, true",
        "0a0bffffff, false",
        "0a, false",
        "'', false",
        "0a0c, false",
        "0b0b, false"
    })
    void udp_pattern_freeNibblesAndLengths(String reply, boolean passed) {
        assertThat(answer(udp(null, "xA0b", 1, 4), reply).result().passed()).isEqualTo(passed);
        assertThat(answer(udp(null, "Xa0B", 1, 4), reply).result().passed()).isEqualTo(passed);
    }

    @Test
    void udp_patternOfHighBytes_matches() {
        assertThat(answer(udp(null, "ff80", 0, 255), "ff80").result().passed()).isTrue();
        assertThat(answer(udp(null, "xf8x", 0, 255), "ff80").result().passed()).isTrue();
        assertThat(answer(udp(null, "ff80", 0, 255), "7f80").result().passed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0aff, true", "0a, true", "0b, false", "0aff1c, false", "0aff0cdd, true"})
    void udp_replyLikeKeepalived22_comparedAsFarAsBothGo(String reply, boolean passed) {
        UdpCheck check = new UdpCheck(Conversation.TARGET, Conversation.SCHEDULE, null, "0axx0c", 0, 255);
        Dialogue dialogue = Dialogues.likeKeepalived22(check, 0, new SplittableRandom(1));

        assertThat(answer(dialogue, reply).result().passed()).isEqualTo(passed);
    }

    private static Dialogue ping(String address) {
        PingCheck check = new PingCheck(ProbeTarget.of(Endpoint.parse(address)), Conversation.SCHEDULE);
        return Dialogues.of(check, 0, new SplittableRandom(3));
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.11, 8, 0", "2001:db8::1, 128, 129"})
    void ping_reply_passesWhoeverSetTheIdentifier(String address, int request, int reply) {
        Dialogue dialogue = ping(address);
        byte[] message = sent(dialogue);
        assertThat(message).hasSize(128);
        assertThat(message[0]).isEqualTo((byte) request);

        assertThat(dialogue.received(ByteBuffer.wrap(message))).isSameAs(Dialogue.Step.IGNORE);
        message[0] = (byte) reply;
        message[4] = 77;
        byte[] other = message.clone();
        other[7]++;
        assertThat(dialogue.received(ByteBuffer.wrap(other))).isSameAs(Dialogue.Step.IGNORE);
        other = message.clone();
        other[127]++;
        assertThat(dialogue.received(ByteBuffer.wrap(other))).isSameAs(Dialogue.Step.IGNORE);
        assertThat(dialogue.received(ByteBuffer.wrap(message, 0, 127))).isSameAs(Dialogue.Step.IGNORE);
        assertThat(dialogue.received(ByteBuffer.wrap(message)).result().passed())
                .isTrue();
    }

    @Test
    void tcp_open_passes() {
        Dialogue dialogue =
                Dialogues.of(new TcpCheck(Conversation.TARGET, Conversation.SCHEDULE), 0, new SplittableRandom(1));
        assertThat(dialogue.opened().result()).isEqualTo(ProbeResult.passed("connected"));
    }

    @Test
    void received_randomDatagrams_neverThrow() {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(140)];
            random.nextBytes(bytes);
            try {
                for (Dialogue dialogue : new Dialogue[] {
                    dns("a.b", RecordType.A),
                    udp(null, "0x1x", 0, 100),
                    udp(null, null, 0, 1),
                    ping("10.0.0.1"),
                    ping("::1")
                }) {
                    ByteBuffer data = ByteBuffer.wrap(bytes);
                    assertThat(dialogue.received(data)).isNotNull();
                    assertThat(data.hasRemaining()).isFalse();
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + HEX.formatHex(bytes), e);
            }
        }
    }
}
