package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import picocli.CommandLine.TypeConversionException;

class OptionValuesTest {
    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "5s, PT5S", "2m, PT2M", "1h, PT1H", "0s, PT0S", "24h, PT24H"})
    void duration_withUnit_parsed(String text, Duration expected) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "1.5s", "5S", "5d", "25h", "9999999999s", "999999999h", "5s5s"})
    void duration_anythingElse_refusedNamingTheText(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"PT0.5S, 500ms", "PT90S, 90s", "PT0S, 0s"})
    void print_duration_parsedAsTheSame(Duration duration, String text) {
        assertThat(DurationConverter.print(duration)).isEqualTo(text);
        assertThat(new DurationConverter().convert(text)).isEqualTo(duration);
    }

    @Test
    void listen_withoutMark_parsed() {
        assertThat(new ListenAddress.Converter().convert("tcp:10.0.0.1:80"))
                .isEqualTo(new ListenAddress(Protocol.TCP, Endpoint.parse("10.0.0.1:80"), 0));
    }

    @Test
    void listen_ipv6WithHighestMark_parsed() {
        assertThat(new ListenAddress.Converter().convert("UDP:[fd00::1]:53@4294967295"))
                .isEqualTo(new ListenAddress(Protocol.UDP, Endpoint.parse("[fd00::1]:53"), -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tcp",
                "tcp:",
                "tcp:10.0.0.1",
                "tcp:10.0.0.1:0",
                "tcp:10.0.0.1:65536",
                "sctp:10.0.0.1:80",
                "10.0.0.1:80",
                "tcp:localhost:80",
                "tcp:10.0.0.1:80@",
                "tcp:10.0.0.1:80@0",
                "tcp:10.0.0.1:80@-1",
                "tcp:10.0.0.1:80@4294967296",
                "tcp:10.0.0.1:80@5@6",
                "tcp:@5",
                "@:"
            })
    void listen_anythingElse_refusedNamingTheText(String text) {
        assertThatThrownBy(() -> new ListenAddress.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
