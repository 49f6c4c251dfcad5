package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.netty.internal.SocketFailure;

/** The reasons for which sockets fail. */
final class SocketFailureTest {
    @ParameterizedTest
    @CsvSource({
        "Too many open files, DESCRIPTORS",
        "Cannot assign requested address, PORTS",
        "Address already in use, PORTS",
        "No buffer space available, MEMORY",
        "Resource temporarily unavailable, BUSY",
        "Operation not permitted, DENIED",
        "Message too long, TOO_LONG",
        "Connection refused, REFUSED",
        "Network is unreachable, UNREACHABLE",
        "No route to host, UNREACHABLE",
        "Connection timed out, TIMEOUT",
        "Invalid argument, OTHER",
    })
    void of_textOfTheSystem_namesTheKind(String text, SocketFailure kind) {
        assertThat(SocketFailure.of(new SocketException(text))).isEqualTo(kind);
        assertThat(SocketFailure.of(new ChannelException("Failed to open a socket.", new SocketException(text))))
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "24, DESCRIPTORS",
        "23, DESCRIPTORS",
        "99, PORTS",
        "105, MEMORY",
        "11, BUSY",
        "1, DENIED",
        "90, TOO_LONG",
        "111, REFUSED",
        "101, UNREACHABLE",
        "113, UNREACHABLE",
        "110, TIMEOUT",
        "22, OTHER",
    })
    void of_numberOfLinux_namesTheKindInEveryLanguage(int number, SocketFailure kind) {
        assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available");
        assertThat(SocketFailure.of(new NativeIoException("connect", -number))).isEqualTo(kind);
        assertThat(SocketFailure.of(new ConnectException("connect(..) failed with error(-" + number + "): Unbekannt")))
                .isEqualTo(kind);
    }

    @Test
    void of_exceptionsOfTheJdk_nameTheKind() {
        assertThat(SocketFailure.of(new PortUnreachableException())).isEqualTo(SocketFailure.REFUSED);
        assertThat(SocketFailure.of(new NoRouteToHostException("No route to host")))
                .isEqualTo(SocketFailure.UNREACHABLE);
        assertThat(SocketFailure.of(new BindException("Cannot assign requested address")))
                .isEqualTo(SocketFailure.PORTS);
        assertThat(SocketFailure.of(new OutOfMemoryError("direct"))).isEqualTo(SocketFailure.MEMORY);
        assertThat(SocketFailure.of(new IOException((String) null))).isEqualTo(SocketFailure.OTHER);
    }

    @Test
    void describe_failureOfTheSystem_showsNoClass() {
        for (SocketFailure kind : SocketFailure.values()) {
            assertThat(kind.describe(new IOException("the reason")))
                    .isNotEmpty()
                    .doesNotContain("Exception");
        }
    }

    @Test
    void isLocal_lackOfThisHost_isNotTheServersFault() {
        assertThat(SocketFailure.DESCRIPTORS.isLocal()).isTrue();
        assertThat(SocketFailure.REFUSED.isLocal()).isFalse();
        assertThat(SocketFailure.TOO_LONG.isLocal()).isFalse();
    }
}
