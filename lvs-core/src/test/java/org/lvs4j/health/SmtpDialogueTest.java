package org.lvs4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SmtpDialogueTest {
    private static final String COMMANDS = "HELO smtpchecker.keepalived.org\r\nQUIT\r\n";

    private static Conversation connect() {
        return Conversation.with(new SmtpDialogue(SmtpCheck.DEFAULT_HELO_NAME));
    }

    @Test
    void received_eachReply_nextCommandFollows() {
        Conversation conversation = connect();
        assertThat(conversation.sent()).isEmpty();
        assertThat(conversation.server("220 mail.example.com ESMTP\r\n").sent())
                .isEqualTo("HELO smtpchecker.keepalived.org\r\n");
        assertThat(conversation.server("250 hello\r\n").sent()).isEqualTo(COMMANDS);
        assertThat(conversation.last().result()).isNull();
        assertThat(conversation.server("500 not judged\r\n").result().passed()).isTrue();
    }

    @Test
    void received_everySplit_sameVerdict() {
        String all = "220 a\r\n250 b\r\n221 bye\r\n";
        for (int first = 0; first <= all.length(); first++) {
            Conversation conversation = connect().server(all, first);
            assertThat(conversation.result().passed()).as("split at %d", first).isTrue();
        }
        Conversation bytewise = connect();
        all.chars().forEach(c -> bytewise.server(String.valueOf((char) c)));
        assertThat(bytewise.result().passed()).isTrue();
        assertThat(bytewise.sent()).isEqualTo(COMMANDS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"554 no", "421 busy", "2201 x", "220-first", "22", "", " 220 x", "250 x", "220x", "SSH-2.0-x"})
    void received_otherGreeting_fails(String greeting) {
        Conversation conversation = connect().server(greeting + "\r\n");
        assertThat(conversation.result().passed()).isFalse();
        assertThat(conversation.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"220", "220 ", "220 mail"})
    void received_greetingOfOneLine_passesWithAnyLineEnd(String greeting) {
        for (String end : new String[] {"\r\n", "\n"}) {
            assertThat(connect().server(greeting + end).sent()).startsWith("HELO ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"500 no", "251 ok", "250-mail", "2500", "220 x"})
    void received_otherReplyToHelo_fails(String reply) {
        ProbeResult result = connect().server("220 x\r\n" + reply + "\r\n").result();
        assertThat(result).isEqualTo(ProbeResult.failed("reply to HELO '" + reply + "'"));
    }

    @ParameterizedTest
    @CsvSource({"'', greeting", "'220 x\r\n', reply to HELO", "'220 x\r\n250 x\r\n', reply to QUIT"})
    void timedOutOrClosed_eachStage_fails(String before, String missing) {
        assertThat(connect().server(before).timedOut()).isEqualTo(ProbeResult.failed("no " + missing));
        assertThat(connect().server(before).closed())
                .isEqualTo(ProbeResult.failed("the connection was closed before the " + missing));
    }

    @Test
    void received_endlessLine_failsAtTheCeiling() {
        Conversation conversation = connect();
        for (int i = 0; i < 64; i++) {
            conversation.server("2".repeat(1024));
        }
        assertThat(conversation.last().result()).isNull();
        assertThat(conversation.server("2").result().reason()).contains("longer than");
    }

    @Test
    void received_unprintableReply_isShownSafely() {
        assertThat(connect().server("\u001b[31m\u00ff\r\n").result().reason()).isEqualTo("greeting '?[31m?'");
    }

    @Test
    void received_randomBytes_neverThrows() {
        long seed = Long.getLong("lvs4j.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String alphabet = "2205 -\r\n\u0000\u00ff";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String all = text.toString();
            try {
                ProbeResult whole = connect().server(all).closed();
                assertThat(connect()
                                .server(all, random.nextInt(all.length() + 1))
                                .closed())
                        .as("seed %d: %s", seed, all)
                        .isEqualTo(whole);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + all, e);
            }
        }
    }

    @Test
    void check_nameWithLineBreak_refused() {
        assertThatThrownBy(() -> new SmtpCheck(Conversation.TARGET, Conversation.SCHEDULE, "x\r\nMAIL FROM:<a>"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line break");
    }
}
