package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GrpcDialogueTest {
    private static final Map<String, String> HEADER =
            Map.of(":status", "200", "content-type", "application/grpc+proto");
    private static final Map<String, String> OK = Map.of("grpc-status", "0");
    private static final String SERVING = "00000000020801";

    private final GrpcDialogue dialogue = new GrpcDialogue(check("web"));

    private static GrpcCheck check(String service) {
        return GrpcCheck.of(Conversation.TARGET, Conversation.SCHEDULE, service);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static String sent(GrpcCheck check) {
        ByteBuffer request =
                Dialogues.of(check, 0, new SplittableRandom(1)).opened().send();
        byte[] copy = new byte[request.remaining()];
        request.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private @Nullable ProbeResult header(Map<String, String> fields) {
        return dialogue.fields(fields::get, false).result();
    }

    private ProbeResult end(Map<String, String> fields) {
        return dialogue.fields(fields::get, true).result();
    }

    private ProbeResult answer(String content) {
        assertThat(header(HEADER)).isNull();
        assertThat(dialogue.received(bytes(content)).result()).isNull();
        return end(OK);
    }

    // ---- request

    @Test
    void opened_anyService_requestWithItsPrefix() {
        assertThat(sent(check(""))).isEqualTo("0000000000");
        assertThat(sent(check("web"))).isEqualTo("00000000050a03776562");
        assertThat(sent(check("é"))).isEqualTo("00000000040a02c3a9");
        assertThat(sent(check("x".repeat(300))))
                .startsWith("000000012f0aac0278")
                .hasSize(2 * 308);
    }

    @Test
    void check_valueOutOfRange_refused() {
        assertThat(check("x".repeat(GrpcCheck.MAX_SERVICE_LENGTH)).kind()).isEqualTo("GRPC_CHECK");
        assertThatThrownBy(() -> check("x".repeat(GrpcCheck.MAX_SERVICE_LENGTH + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        for (String authority : new String[] {"", "a b", "a\nb", "é", "x".repeat(256)}) {
            assertThatThrownBy(() -> new GrpcCheck(Conversation.TARGET, Conversation.SCHEDULE, "", false, authority))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ---- answer

    @Test
    void answer_serving_passesInEverySplit() {
        byte[] content = HexFormat.of().parseHex(SERVING);
        for (int first = 0; first <= content.length; first++) {
            GrpcDialogue each = new GrpcDialogue(check(""));
            each.fields(HEADER::get, false);
            each.received(ByteBuffer.wrap(content, 0, first));
            each.received(ByteBuffer.wrap(content, first, content.length - first));
            assertThat(each.fields(OK::get, true).result()).isEqualTo(ProbeResult.passed("SERVING"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', the answer has no message",
        "00000000, the answer has no message",
        "0000000000, UNKNOWN",
        "00000000020802, NOT_SERVING",
        "00000000020803, SERVICE_UNKNOWN",
        "00000000020809, serving status 9",
        "000000000b08ffffffffffffffffff01, serving status -1",
        "0000000004" + "08010802, NOT_SERVING",
        "01000000020801, the message is compressed",
        "0000000003" + "0801, the answer is not one message",
        "0000000001" + "0801, the answer is not one message",
        "00ffffffff" + "0801, the answer is not one message",
        "0000000001" + "08, the message is malformed",
        "0000000002" + "0001, the message is malformed",
        "0000000003" + "120561, the message is malformed",
        "0000000001" + "0b, the message is malformed",
        "0000000005" + "1affffff7f, the message is malformed",
        "000000000b08ffffffffffffffffffff, the message is malformed"
    })
    void answer_otherContent_fails(String content, String reason) {
        assertThat(answer(content)).isEqualTo(ProbeResult.failed(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000004" + "08020801",
                "0000000005" + "0801120161",
                "0000000004" + "18ff0108" + "01",
                "000000000b" + "110102030405060708" + "0801",
                "0000000007" + "1501020304" + "0801"
            })
    void answer_servingAmongOtherFields_passes(String content) {
        ByteBuffer answer = bytes(content);
        answer.putInt(1, answer.capacity() - 5);
        assertThat(answer(HexFormat.of().formatHex(answer.array()))).isEqualTo(ProbeResult.passed("SERVING"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, the answer ends without a grpc-status",
                "5, unknown service, grpc-status 5 NOT_FOUND: unknown service",
                "12, -, grpc-status 12 UNIMPLEMENTED",
                "16, -, grpc-status 16 UNAUTHENTICATED",
                "17, -, grpc-status 17",
                "00, -, grpc-status 00",
                "-1, -, grpc-status -1",
                "what, -, grpc-status what"
            })
    void trailer_otherStatus_fails(@Nullable String status, @Nullable String message, String reason) {
        assertThat(header(HEADER)).isNull();
        dialogue.received(bytes(SERVING));
        assertThat(dialogue.fields(name -> name.equals("grpc-status") ? status : message, true)
                        .result())
                .isEqualTo(ProbeResult.failed(reason));
    }

    @Test
    void trailer_longMessageOfControlCharacters_shownInOneLine() {
        String message = "a\r\n\0" + "x".repeat(5000);
        assertThat(end(Map.of(":status", "200", "grpc-status", "13", "grpc-message", message)))
                .isEqualTo(ProbeResult.failed("grpc-status 13 INTERNAL: a???" + "x".repeat(96)));
    }

    @Test
    void trailer_encodedMessage_decoded() {
        assertThat(end(Map.of(
                        ":status", "200", "grpc-status", "5", "grpc-message", "100%25 of $1\\ %0d%0Acaf%C3%A9 %zz %2")))
                .isEqualTo(ProbeResult.failed("grpc-status 5 NOT_FOUND: 100% of $1\\ ??caf?? %zz %2"));
    }

    @Test
    void header_endOfStream_judgedAsTrailer() {
        assertThat(end(Map.of(":status", "200", "grpc-status", "12")))
                .isEqualTo(ProbeResult.failed("grpc-status 12 UNIMPLEMENTED"));
        assertThat(new GrpcDialogue(check(""))
                        .fields(Map.of(":status", "200", "grpc-status", "0")::get, true)
                        .result())
                .isEqualTo(ProbeResult.failed("the answer has no message"));
    }

    @Test
    void header_otherThanGrpc_fails() {
        assertThat(header(Map.of(":status", "503"))).isEqualTo(ProbeResult.failed("HTTP status 503"));
        assertThat(header(Map.of())).isEqualTo(ProbeResult.failed("HTTP status missing"));
        assertThat(end(Map.of(":status", "100"))).isEqualTo(ProbeResult.failed("HTTP status 100"));
        assertThat(header(Map.of(":status", "200", "content-type", "text/html")))
                .isEqualTo(ProbeResult.failed("no gRPC: the content type is text/html"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc;a=b", "Application/gRPC"})
    void header_typeOfGrpc_goesOn(String type) {
        assertThat(header(Map.of(":status", "200", "content-type", type))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web+proto", "application/grpcs", "text/html; application/grpc"})
    void header_typeThatOnlyResemblesGrpc_fails(String type) {
        assertThat(header(Map.of(":status", "200", "content-type", type)))
                .isEqualTo(ProbeResult.failed("no gRPC: the content type is " + type));
    }

    @Test
    void content_beforeTheHeader_fails() {
        ByteBuffer content = bytes(SERVING);
        assertThat(dialogue.received(content).result())
                .isEqualTo(ProbeResult.failed("the answer has content before its header"));
        assertThat(content.hasRemaining()).isFalse();
    }

    @Test
    void answer_inParts_doesNotExtendTheTime() {
        assertThat(dialogue.opened().counted()).isTrue();
        assertThat(dialogue.fields(HEADER::get, false)).isEqualTo(Dialogue.Step.IGNORE);
        assertThat(dialogue.received(bytes(SERVING))).isEqualTo(Dialogue.Step.IGNORE);
    }

    @Test
    void header_second_fails() {
        assertThat(header(HEADER)).isNull();
        assertThat(header(HEADER)).isEqualTo(ProbeResult.failed("the answer has two headers"));
    }

    @Test
    void interimHeadersAndEmptyContent_anyNumber_ignored() {
        for (int i = 0; i < 10; i++) {
            assertThat(dialogue.fields(Map.of(":status", "103")::get, false)).isEqualTo(Dialogue.Step.IGNORE);
        }
        assertThat(header(HEADER)).isNull();
        assertThat(dialogue.received(ByteBuffer.allocate(0))).isEqualTo(Dialogue.Step.IGNORE);
    }

    @Test
    void content_endless_failsAtTheBound() {
        assertThat(header(HEADER)).isNull();
        assertThat(dialogue.received(ByteBuffer.allocate(GrpcDialogue.MAX_CONTENT_BYTES))
                        .result())
                .isNull();
        assertThat(dialogue.received(ByteBuffer.allocate(1)).result())
                .isEqualTo(ProbeResult.failed("the answer is longer than 1024 bytes"));
    }

    @Test
    void closedOrTimedOut_anyTime_fails() {
        assertThat(dialogue.closed().result())
                .isEqualTo(ProbeResult.failed("the connection was closed without an answer"));
        assertThat(dialogue.timedOut().result()).isEqualTo(ProbeResult.failed("no answer"));
        assertThat(header(HEADER)).isNull();
        assertThat(dialogue.closed().result())
                .isEqualTo(ProbeResult.failed("the connection was closed within the answer"));
        assertThat(dialogue.timedOut().result()).isEqualTo(ProbeResult.failed("the answer does not end"));
    }

    @Test
    void content_random_neverThrows() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] content = new byte[random.nextInt(24)];
            random.nextBytes(content);
            ByteBuffer answer = ByteBuffer.wrap(content);
            if (content.length >= 5) {
                answer.putInt(1, content.length - 5).put(0, (byte) 0);
            }
            GrpcDialogue each = new GrpcDialogue(check(""));
            each.fields(HEADER::get, false);
            each.received(answer);
            assertThat(each.fields(OK::get, true).result()).isNotNull();
        }
    }

    // ---- reload

    @Test
    void sameCheck_otherQuestion_isAnother() {
        GrpcCheck check = check("web");
        CheckSchedule rarely = CheckSchedule.builder().retries(9).build();
        assertThat(SameCheck.test(check, GrpcCheck.of(Conversation.TARGET, rarely, "web")))
                .isTrue();
        assertThat(SameCheck.test(check, check("other"))).isFalse();
        assertThat(SameCheck.test(check, new GrpcCheck(Conversation.TARGET, Conversation.SCHEDULE, "web", true, null)))
                .isFalse();
        assertThat(SameCheck.test(
                        check, new GrpcCheck(Conversation.TARGET, Conversation.SCHEDULE, "web", false, "example.com")))
                .isFalse();
        assertThat(SameCheck.test(check, new TcpCheck(Conversation.TARGET, Conversation.SCHEDULE)))
                .isFalse();
    }
}
