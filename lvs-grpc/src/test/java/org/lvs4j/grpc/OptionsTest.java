package org.lvs4j.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.NameResolver.ConfigOrError;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The options in the service config. */
final class OptionsTest {
    private static ConfigOrError parse(Map<String, ?> config) {
        return new LvsLoadBalancerProvider().parseLoadBalancingPolicyConfig(config);
    }

    @Test
    void parse_allOptions_inTheService() {
        Options options = (Options) parse(Map.of(
                        "service", "orders",
                        "scheduler", "mh",
                        "slowStartSeconds", 30.0,
                        "persistenceSeconds", 300.0,
                        "affinityHeader", "user-id"))
                .getConfig();
        VirtualService service = options.service(ServiceKey.named("orders"));

        assertThat(options.serviceName()).isEqualTo("orders");
        assertThat(service.scheduler()).isEqualTo("mh");
        assertThat(service.slowStart()).hasSeconds(30);
        assertThat(service.persistence().timeoutSeconds()).isEqualTo(300);
        assertThat(service.flags()).containsExactly(SchedulerFlag.FALLBACK);
        assertThat(options.affinityHeader().name()).isEqualTo("user-id");
        assertThat(options.defaultWeight()).isEqualTo(100);
    }

    @Test
    void parse_noOptions_defaults() {
        assertThat(parse(Map.of()).getConfig()).isEqualTo(Options.DEFAULT);
    }

    static Stream<Arguments> badConfigs() {
        return Stream.of(
                Arguments.of(
                        Map.of("schedular", "rr"), "unknown option 'schedular', expected one of [affinityHeader, "),
                Arguments.of(
                        Map.of("scheduler", "round_robin"), "unknown scheduler 'round_robin', expected one of [dh, "),
                Arguments.of(Map.of("scheduler", 3.0), "scheduler must be a string, not 3.0"),
                Arguments.of(
                        Map.of("slowStartSeconds", 1.5), "slowStartSeconds must be a whole number of seconds, not 1.5"),
                Arguments.of(
                        Map.of("slowStartSeconds", "30"), "slowStartSeconds must be a whole number of seconds, not 30"),
                Arguments.of(Map.of("slowStartSeconds", -1.0), "slow start of -1 s is outside 0..86400 s"),
                Arguments.of(Map.of("persistenceSeconds", -5.0), "persistence timeout -5 s is outside 1.."),
                Arguments.of(
                        Map.of("affinityHeader", "user-bin"), "affinityHeader must be the name of a header of text"),
                Arguments.of(Map.of("service", "or ders"), "or ders"));
    }

    @ParameterizedTest
    @MethodSource("badConfigs")
    void parse_badOption_errorNamesIt(Map<String, ?> config, String problem) {
        assertThat(parse(config).getError().getDescription())
                .startsWith("options of the load balancing policy lvs: ")
                .contains(problem);
    }

    @Test
    void parse_severalProblems_allNamed() {
        assertThat(parse(Map.of("scheduler", "x", "persistenceSeconds", 0.5))
                        .getError()
                        .getDescription())
                .contains("unknown scheduler 'x'", "persistenceSeconds must be");
    }
}
