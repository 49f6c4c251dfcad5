package org.lvs4j.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.health.HttpCheck.Version;
import org.lvs4j.health.HttpPage.StatusRange;
import org.lvs4j.net.Endpoint;

final class HttpDialogueTest {
    private static final String OK = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    /** The digest of {@code hello world}, that of the recording http-digest-1. */
    private static final String DIGEST = "5eb63bbbe01eeed093cb22bb8f5acdc3";

    private static final HttpPage HELLO = new HttpPage("/", null, DIGEST, List.of(), null);

    private static Conversation ask(HttpPage page) {
        return Conversation.with(new HttpDialogue(check(Version.HTTP_1_0, page), page));
    }

    private static HttpCheck check(Version version, HttpPage page) {
        return new HttpCheck(Conversation.TARGET, Conversation.SCHEDULE, false, false, version, false, List.of(page));
    }

    private static HttpPage searching(BodyPattern pattern) {
        return new HttpPage("/", null, null, List.of(), pattern);
    }

    private static BodyPattern pattern(String expression, boolean expected) {
        return new BodyPattern(Pattern.compile(expression), expected, 0, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_0, 0, ''", "HTTP_1_0_CLOSE, 0, 'Connection: close\r\n'", "HTTP_1_1, 1, 'Connection: close\r\n'"
    })
    void opened_eachVersion_asRecorded(Version version, int minor, String connection) {
        HttpPage page = HttpPage.of("/q?a=b&c");
        assertThat(Conversation.with(new HttpDialogue(check(version, page), page))
                        .sent())
                .isEqualTo("GET /q?a=b&c HTTP/1." + minor + "\r\nUser-Agent: KeepAliveClient\r\n" + connection
                        + "Host: 198.51.100.11:80\r\n\r\n");
    }

    @Test
    void of_pathWithoutSlash_refused() {
        ProbeTarget target = ProbeTarget.of(Endpoint.parse("10.0.0.1:80"));
        CheckSchedule schedule = CheckSchedule.builder().build();
        assertThatThrownBy(() -> HttpCheck.of(target, schedule, "health"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a check by HTTP: the path 'health' does not begin with '/'");
    }

    @Test
    void opened_virtualHost_replacesTheAddress() {
        assertThat(ask(new HttpPage("/a b", "www.example.com", null, List.of(), null))
                        .sent())
                .isEqualTo("GET /a b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: www.example.com\r\n\r\n");
    }

    @Test
    void opened_ipv6_addressInBrackets() {
        HttpCheck check = HttpCheck.of(ProbeTarget.of(Endpoint.parse("[2001:db8::1]:80")), Conversation.SCHEDULE, "/");
        assertThat(Conversation.with(Dialogues.of(check, 0, new SplittableRandom(1)))
                        .sent())
                .contains("Host: [2001:db8::1]:80\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "199, false",
        "200, true",
        "204, true",
        "299, true",
        "300, false",
        "301, false",
        "404, false",
        "500, false"
    })
    void closed_withoutStatusCodes_onlySuccessPasses(int status, boolean passed) {
        ProbeResult result = ask(HttpPage.of("/"))
                .server("HTTP/1.0 " + status + " x\r\n\r\nbody")
                .closed();
        assertThat(result.passed()).isEqualTo(passed);
    }

    @ParameterizedTest
    @CsvSource({"100, true", "101, true", "200, false", "404, true", "410, true", "411, false"})
    void closed_withStatusCodes_onlyThesePass(int status, boolean passed) {
        HttpPage page =
                new HttpPage("/", null, null, List.of(new StatusRange(100, 101), new StatusRange(404, 410)), null);
        assertThat(ask(page)
                        .server("HTTP/1.1 " + status + " x\r\n\r\n")
                        .closed()
                        .passed())
                .isEqualTo(passed);
    }

    @Test
    void received_everySplit_sameVerdict() {
        String answer = OK + "hello world";
        for (int first = 0; first <= answer.length(); first++) {
            assertThat(ask(HELLO).server(answer, first).closed())
                    .as("split at %d", first)
                    .isEqualTo(ProbeResult.passed("status 200"));
        }
        Conversation bytewise = ask(HELLO);
        answer.chars().forEach(c -> bytewise.server(String.valueOf((char) c)));
        assertThat(bytewise.closed().passed()).isTrue();
    }

    @Test
    void closed_digestOfChunkedAnswer_isOfTheBytesAsSent() {
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n";
        assertThat(ask(HELLO).server(answer).closed().passed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 12, 21, 1000})
    void closed_wrongContentLength_doesNotMatter(int length) {
        String answer = "HTTP/1.0 200 OK\r\nContent-Length: " + length + "\r\n\r\nhello world";
        assertThat(ask(HELLO).server(answer).closed().passed()).isTrue();
    }

    @Test
    void timedOut_wholeAnswerButOpenConnection_fails() {
        assertThat(ask(HttpPage.of("/")).server(OK + "hello world").timedOut())
                .isEqualTo(ProbeResult.failed("the answer does not end"));
        assertThat(ask(HttpPage.of("/")).timedOut()).isEqualTo(ProbeResult.failed("no answer"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP",
                "hello",
                "HTTP/1.0 200 OK",
                "HTTP/1.0 200 OK\r\nA: b\r\n",
                "HTTP/1.0 20 OK\r\n\r\n",
                "HTTP/1.0 2000 OK\r\n\r\n",
                "HTTP/1.0 -200 OK\r\n\r\n",
                "HTTP/ 200 OK\r\n\r\n",
                "HTTP/1.0\r\n200\r\n\r\n",
                "http/1.0 200 OK\r\n\r\n",
                "ICY 200 OK\r\n\r\n",
                "\r\nHTTP/1.0 200 OK\r\n\r\n"
            })
    void closed_noAnswerOfHttp_fails(String answer) {
        assertThat(ask(HttpPage.of("/")).server(answer).closed().passed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200\n\n", "HTTP/1.1  200 OK\nA: b\r\n\n", "HTTP/2 200 \r\n\r\n"
            })
    void closed_unusualButClear_passes(String answer) {
        assertThat(ask(HttpPage.of("/")).server(answer).closed().passed()).isTrue();
    }

    @Test
    void received_interimAnswers_areSkipped() {
        String answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + "hello world";
        assertThat(ask(HELLO).server(answer).closed().passed()).isTrue();
        assertThat(ask(HELLO)
                        .server("HTTP/1.1 100 Continue\r\n\r\nhello world")
                        .closed()
                        .passed())
                .isFalse();
    }

    @Test
    void received_endlessHeader_failsAtTheCeiling() {
        Conversation conversation = ask(HttpPage.of("/")).server("HTTP/1.0 200 OK\r\n");
        String line = "X: " + "y".repeat(1000) + "\r\n";
        for (int i = 0; i < 1000; i++) {
            conversation.server(line);
        }
        assertThat(conversation.last().result()).isNull();
        for (int i = 0; i < 100; i++) {
            conversation.server(line);
        }
        assertThat(conversation.result().reason()).contains("header is longer");
    }

    @Test
    void received_longerThanTheCeiling_fails() {
        HttpPage page = HttpPage.of("/");
        Conversation conversation = Conversation.with(new HttpDialogue(check(Version.HTTP_1_0, page), page, 100))
                .server(OK);
        assertThat(conversation.last().result()).isNull();
        assertThat(conversation.server("x".repeat(100)).result())
                .isEqualTo(ProbeResult.failed("the answer is longer than 100 bytes"));
    }

    @Test
    void closed_pattern_findsItAnywhereInTheBody() {
        HttpPage page = searching(pattern("st[a-z]+ ok", true));
        assertThat(ask(page).server(OK + "the state ok now").closed().passed()).isTrue();
        assertThat(ask(page).server(OK + "STATE OK").closed())
                .isEqualTo(ProbeResult.failed("the body does not match the regular expression"));
    }

    @Test
    void closed_pattern_doesNotSeeTheHeader() {
        assertThat(ask(searching(pattern("text/plain", true)))
                        .server(OK + "x")
                        .closed()
                        .passed())
                .isFalse();
        assertThat(ask(searching(pattern("^x$", true)))
                        .server(OK + "x")
                        .closed()
                        .passed())
                .isTrue();
    }

    @Test
    void closed_unexpectedPattern_passesWithoutIt() {
        HttpPage page = searching(pattern("error", false));
        assertThat(ask(page).server(OK + "fine").closed().passed()).isTrue();
        assertThat(ask(page).server(OK).closed().passed()).isTrue();
        assertThat(ask(page).server(OK + "an error").closed())
                .isEqualTo(ProbeResult.failed("the body matches the regular expression"));
    }

    @ParameterizedTest
    @CsvSource({"0, 5, false", "0, 6, true", "5, 6, true", "6, 100, false", "12, 100, false", "5, 5, false"})
    void closed_offsets_limitWhereTheMatchStarts(int min, int max, boolean passed) {
        HttpPage page = searching(new BodyPattern(Pattern.compile("ok"), true, min, max));
        assertThat(ask(page).server(OK + "     ok    ").closed().passed()).isEqualTo(passed);
    }

    @Test
    void closed_offsets_countCharacters() {
        byte[] answer = (OK + "größer ok").getBytes(UTF_8);
        HttpPage page = searching(new BodyPattern(Pattern.compile("ok"), true, 7, 8));
        assertThat(ask(page).server(answer).closed().passed()).isTrue();
    }

    @Test
    void closed_bodyThatIsNotUtf8_isReadAsLatin1() {
        byte[] answer = (OK + "größer").getBytes(ISO_8859_1);
        assertThat(ask(searching(pattern("größer", true)))
                        .server(answer)
                        .closed()
                        .passed())
                .isTrue();
    }

    @Test
    @Timeout(20)
    void closed_expressionThatBacktracks_failsInBoundedTime() {
        HttpPage page = searching(pattern("(a+)+b", true));
        assertThat(ask(page).server(OK + "a".repeat(5000)).closed().reason()).contains("too many steps");
        HttpPage inverse = searching(pattern("(x+x+)+y", false));
        assertThat(ask(inverse).server(OK + "x".repeat(500)).closed().passed()).isFalse();
    }

    @Test
    @Timeout(20)
    void closed_expressionThatRecurses_failsInsteadOfTheThread() {
        HttpPage page = searching(pattern("(?:a|b)*c", true));
        assertThat(ask(page).server(OK + "ab".repeat(400_000)).closed().reason())
                .contains("too deep a stack");
    }

    @Test
    @Timeout(60)
    void received_hugeBody_keepsOnlyTheStart() {
        HttpPage page = new HttpPage("/", null, DIGEST, List.of(), pattern("needle", true));
        Conversation conversation = ask(page).server(OK);
        byte[] piece = "0123456789abcdef".repeat(4096).getBytes(UTF_8);
        long before = used();
        for (int i = 0; i < 2048; i++) {
            conversation.server(piece);
        }
        assertThat(used() - before).as("bytes kept").isLessThan(32 << 20);
        conversation.server("needle");
        assertThat(conversation.closed().passed()).isFalse();
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void closed_patternBehindTheCeiling_isNotSeen() {
        HttpPage page = searching(pattern("needle", true));
        String most = "ä".repeat(BodyPattern.MAX_BODY_BYTES / 2 - 3);
        assertThat(ask(page)
                        .server((OK + most + "needle").getBytes(UTF_8))
                        .closed()
                        .passed())
                .isTrue();
        assertThat(ask(page)
                        .server((OK + most + "xneedle").getBytes(UTF_8))
                        .closed()
                        .passed())
                .isFalse();
        HttpPage letters = searching(pattern("^xä*$", true));
        assertThat(ask(letters)
                        .server((OK + "x" + most + "ääääää").getBytes(UTF_8))
                        .closed()
                        .passed())
                .as("a character that is cut at the ceiling")
                .isTrue();
    }

    @Test
    void received_randomBytes_neverThrows() {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String alphabet = "HTTP/1. 2045\r\n:ab\u00ff";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text =
                    new StringBuilder(random.nextBoolean() ? OK.substring(0, random.nextInt(OK.length())) : "");
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                String answer = text.toString();
                ProbeResult whole = ask(HELLO).server(answer).closed();
                ProbeResult split = ask(HELLO)
                        .server(answer, random.nextInt(answer.length() + 1))
                        .closed();
                assertThat(split).as("seed %d: %s", seed, answer).isEqualTo(whole);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }

    @Test
    void received_buffer_isReadToItsEndAndNotChanged() {
        Dialogue dialogue = new HttpDialogue(check(Version.HTTP_1_0, HELLO), HELLO);
        dialogue.opened();
        ByteBuffer data = ByteBuffer.wrap((OK + "hello world").getBytes(UTF_8)).asReadOnlyBuffer();
        dialogue.received(data);
        assertThat(data.hasRemaining()).isFalse();
        assertThat(dialogue.closed().result()).isEqualTo(ProbeResult.passed("status 200"));
    }
}
