package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.config.keepalived.Reading.errors;
import static org.lvs4j.config.keepalived.Reading.service;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Short files that stand for much. What they cost is told by where the reading ends, or by sizes at which more than a
 * linear cost would not end within the timeout, which is many times what they need.
 */
@Tag("slow")
@Timeout(value = 100, threadMode = ThreadMode.SEPARATE_THREAD)
class CostTest {
    private static final String USE = "virtual_server group G {\n  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n"
            + "  real_server 198.51.100.1 80 {\n  }\n}\n";

    private static KeepalivedConfiguration tolerant(String text) throws KeepalivedException {
        return KeepalivedFile.parse("a.conf", text, KeepalivedOptions.DEFAULT.asTolerant());
    }

    @Test
    void errorOfARepeatedLine_thousandsOfTimes_theReadingEnds() {
        String text = service("~SEQ(I, 1, 9999).0.2.) real_server 198.51.100.1 ${I} { weight ${I} }") + "behind\n";
        assertThat(errors(text)).containsExactly("5:17 .0.2.)", "9:1 behind");
        assertThat(errors(text.replace("9999", "10000"))).containsExactly("5:18 .0.2.)");
    }

    @Test
    void errorOfARepeatedLine_tolerated_nothingIsComparedWithTheKeysAnyMore() throws KeepalivedException {
        String text = service("~SEQ(I, 1, 10000) real_servers 198.51.100.1 80 { weight ${I} }", "behind");
        KeepalivedConfiguration read = tolerant(text);
        assertThat(read.warnings()).hasSize(1);
        assertThat(read.health().services().get(0).servers()).hasSize(1);
        Problems problems = new Problems(true);
        IntStream.range(0, 10_000).forEach(i -> {
            assertThat(problems.full()).as("%d", i).isFalse();
            problems.error(new Place("a.conf", 1, 1).error("a", "b", "c"));
        });
        assertThat(problems.full()).isTrue();
    }

    @Test
    void repetition_moreThanMayBeRead_refusedBeforeItsFirstLine() {
        assertThat(errors("~SEQ(I, 1, 999999) " + "unknown ".repeat(9))).containsExactly("1:20");
        String nested = "~SEQ(I, 1, 3000) ~SEQ(J, 1, 700) ~SEQ(K, 1, 999999) unknown " + "x".repeat(100);
        assertThat(errors(nested)).containsExactly("1:53");
    }

    @Test
    void include_alternativesThatAreTheSame_oneIsLookedFor() throws KeepalivedException {
        AtomicInteger found = new AtomicInteger();
        KeepalivedOptions options = KeepalivedOptions.DEFAULT.withIncludes((pattern, directory) -> {
            found.incrementAndGet();
            return List.of();
        });
        KeepalivedFile.parse("a.conf", "include x" + "{a,a}".repeat(40) + "*", options);
        assertThat(found).hasValue(1);
        KeepalivedFile.parse("a.conf", "include x" + "{a,b}".repeat(10) + "*", options);
        assertThat(found).hasValue(1 + 1024);
    }

    @Test
    void include_tooManyAlternatives_refused() {
        assertThat(errors("include " + "{a,b}".repeat(11)).get(0)).startsWith("1:9 {a,b}");
        assertThat(errors("include " + "{}".repeat(30_000)).get(0)).startsWith("1:9 {}");
    }

    @Test
    void dollars_oneBraceBehindThousands_lineIsReadOnce() throws KeepalivedException {
        String line = "virtualhost " + "\"" + "${".repeat(32_000) + "}\"\n";
        tolerant(service(line.repeat(200)));
    }

    @Test
    void groups_oneMemberAfterAnother_refusedBeforeTheyFillTheMemory() {
        String text = "virtual_server_group G {\n" + "10.0.0.0/16 80\n".repeat(100_000) + "}\n";
        assertThat(errors(text)).containsExactly("17:1 10.0.0.0/16");
    }

    @Test
    void group_usedAThousandTimes_refused() throws KeepalivedException {
        String text = "virtual_server_group G {\n  10.0.0.0/16 80\n}\n" + USE.repeat(1000);
        KeepalivedConfiguration read = tolerant(text);
        assertThat(read.health().services()).hasSize(1);
        assertThat(read.warnings()).hasSize(KeepalivedFile.MAX_ERRORS);
    }

    @Test
    void servicesOfAGroup_asManyServers_comparedOncePerPort() {
        List<VirtualService> services = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            services.add(VirtualService.of(
                    ServiceKey.tcp("10." + (i >> 16) + "." + (i >> 8 & 0xFF) + "." + (i & 0xFF) + ":80")));
        }
        MonitoredService.Builder builder = MonitoredService.builder("G", services);
        for (int port = 1; port <= 60_000; port++) {
            builder.server(MonitoredServer.of(RealServer.of("198.51.100.1:" + port)));
        }
        assertThat(builder.build().servers()).hasSize(60_000);
        builder.server(MonitoredServer.of(RealServer.of("198.51.100.1:7")));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TCP 10.0.0.0:80: the server 198.51.100.1:7 is given twice");
    }
}
