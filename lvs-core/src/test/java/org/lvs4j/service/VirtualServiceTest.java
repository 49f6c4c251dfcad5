package org.lvs4j.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.AddressFamily;

/** Virtual services as values: their builder, its checks, and equality. */
final class VirtualServiceTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    @Test
    void of_key_defaults() {
        VirtualService service = VirtualService.of(WEB);
        assertThat(service).isEqualTo(VirtualService.builder(WEB).build());
        assertThat(service.scheduler()).isEqualTo("wlc");
        assertThat(service.flags()).isEmpty();
        assertThat(service.persistence()).isNull();
        assertThat(service.onePacket()).isFalse();
        assertThat(service.slowStart()).isZero();
        assertThat(VirtualService.of(WEB, "wrr")).hasToString("TCP 10.0.0.1:80 wrr");
    }

    @Test
    void build_everyValueWrong_allProblemsAtOnce() {
        VirtualService.Builder builder = VirtualService.builder(ServiceKey.tcp("[fd00::1]:80"))
                .scheduler(" ")
                .slowStart(Duration.ofDays(-1))
                .persistence(new Persistence(0, 129, null))
                .onePacket(true);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("virtual service TCP [fd00::1]:80: the scheduler has no name;"
                        + " slow start of -86400 s is outside 0..86400 s;"
                        + " persistence timeout 0 s is outside 1..2678400;"
                        + " persistence prefix length 129 is outside 1..128;"
                        + " one-packet scheduling is for UDP services only");
    }

    @Test
    void build_portZero_withAndWithoutPersistence() {
        ServiceKey everyPort = ServiceKey.tcp("10.0.0.1:0");
        assertThat(VirtualService.of(everyPort).persistence()).isNull();
        assertThat(VirtualService.builder(everyPort).persistent(60).build().persistence())
                .isEqualTo(Persistence.of(AddressFamily.IPV4, 60));
    }

    @Test
    void slowStart_null_refusedByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> VirtualService.builder(WEB).slowStart(null))
                .withMessage("duration");
        assertThatNullPointerException()
                .isThrownBy(() -> VirtualService.requireSlowStart(null))
                .withMessage("duration");
    }

    @Test
    void toBuilder_everyValueSet_sameService() {
        VirtualService service = VirtualService.builder(ServiceKey.mark(5))
                .scheduler("sh")
                .flag(SchedulerFlag.PORT)
                .persistent(60)
                .onePacket(true)
                .slowStart(Duration.ofSeconds(30))
                .build();
        assertThat(service.toBuilder().build()).isEqualTo(service).hasSameHashCodeAs(service);
        assertThat(service.toBuilder().flag(SchedulerFlag.FALLBACK).build()).isNotEqualTo(service);
        assertThat(service.toBuilder().persistence(null).build()).isNotEqualTo(service);
        assertThat(service.flags()).containsExactly(SchedulerFlag.PORT);
    }
}
