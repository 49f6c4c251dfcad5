package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;

/** Every public method refuses null by the name of its parameter. */
final class NullArgumentsTest {
    static Stream<Arguments> calls() {
        AdminServer.Builder builder = AdminServer.builder(Director.create());
        Path file = Path.of("file");
        return Stream.of(
                call("director", () -> AdminServer.start(null, "127.0.0.1:0")),
                call("where", () -> AdminServer.start(Director.create(), null)),
                call("director", () -> AdminServer.builder(null)),
                call("director", () -> AdminControl.of(null)),
                call("message", () -> new AdminException(null)),
                call("where", () -> builder.listen(null)),
                call("secret", () -> builder.token(null)),
                call("certificateChain", () -> builder.tls(null, file)),
                call("privateKey", () -> builder.tls(file, null)),
                call("name", () -> builder.host(null)),
                call("value", () -> builder.control(null)),
                call("value", () -> builder.registry(null)),
                call("value", () -> builder.relay(null)),
                call("value", () -> builder.healthMonitor(null)),
                call("reason", () -> builder.readiness(null)));
    }

    private static Arguments call(String parameter, ThrowingCallable call) {
        return Arguments.of(parameter, call);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void call_null_refusedByName(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(parameter);
    }
}
