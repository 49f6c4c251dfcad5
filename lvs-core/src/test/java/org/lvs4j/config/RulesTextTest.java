package org.lvs4j.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts as files hold them: any bytes in comments, line ends and blanks of every kind. A string is bytes in Latin-1. */
class RulesTextTest {
    private static final String RULE = "-A -t 192.0.2.1:80 -s rr";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# ajout\u00e9\n" + RULE,
                "#\u00e9\n" + RULE + "\n",
                "  \t# \u00ff\u00fe \u0000 \u0080\n" + RULE,
                RULE + " # \u00e9\n",
                RULE + "\t#\u00e9\r\n",
                "\u00ef\u00bb\u00bf" + RULE + "\r\n",
                "\u00ef\u00bb\u00bf# \u00e9\r\n" + RULE,
                "\r\n\r\n" + RULE + "\r\n\r\n",
                "\t-A\t-t  192.0.2.1:80 \t-s rr\t\r\n",
                "ipvsadm " + RULE,
                "\u00ef\u00bb\u00bfipvsadm " + RULE,
                "# \u00c3\u00a9 in UTF-8\n" + RULE,
                "# -A -t 192.0.2.9:80 \\\n" + RULE,
                "#\u00c3\n" + RULE
            })
    void parseUtf8_anyBytesInComments_rulesRead(String text) throws RuleException {
        assertThat(Rules.parseUtf8(text.getBytes(ISO_8859_1), "f").print()).isEqualTo(RULE + "\n");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
            "# \u00e9\\n-A -t 192.0.2.1:80 -s r\u00e9" | f:2:24: bytes that are not UTF-8: '\ufffd'; expected UTF-8; only a comment may hold any bytes
            "-C\\r\\n\u00ff-C"      | f:2:1: bytes that are not UTF-8: '\ufffd-C'; expected UTF-8; only a comment may hold any bytes
            "\u00ff\u00fe-\\0C" | f:1:1: bytes that are not UTF-8: '\ufffd\ufffd-?C'; expected UTF-8; only a comment may hold any bytes
            "-A -t 1.2.3.4:80#\u00e9" | f:1:18: bytes that are not UTF-8: '\ufffd'; expected UTF-8; only a comment may hold any bytes
            "-C \u00c3\u00a9\u00e9" | f:1:5: bytes that are not UTF-8: '\ufffd'; expected UTF-8; only a comment may hold any bytes
            """)
    void parseUtf8_otherBytesOutsideComments_errorAtTheByte(String escaped, String message) {
        String text = escaped.translateEscapes();
        assertThatThrownBy(() -> Rules.parseUtf8(text.getBytes(ISO_8859_1), "f"))
                .isInstanceOf(RuleException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A -t \"192.0.2.1:80\"",
                "-A -t '192.0.2.1:80'",
                "-A -t 192.0.2.1:80 \\\n-s rr",
                "-A -t 192.0.2.1:\\80",
                "-A -t 192.0.2.1:80 -s rr#web",
                "-A -t 192.0.2.1:80 -s rr\u000b-p\f5",
                "-A -t 192.0.2.1:80 -s rr\0"
            })
    void parseUtf8_quotesEscapesAndOtherBlanks_refusedAsByIpvsadm(String text) {
        assertThatThrownBy(() -> Rules.parseUtf8(text.getBytes(ISO_8859_1), "f"))
                .isInstanceOf(RuleException.class)
                .hasMessageStartingWith("f:");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, Rules.MAX_LINE_LENGTH + 1, 1 << 20})
    void parseUtf8_longComment_notPartOfTheLine(int length) throws RuleException {
        String text = "#" + "\u00e9".repeat(length) + "\n" + RULE + " #" + "x".repeat(length);
        assertThat(Rules.parseUtf8(text.getBytes(ISO_8859_1), "f").print()).isEqualTo(RULE + "\n");
    }
}
