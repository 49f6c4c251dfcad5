package org.lvs4j.examples.webcluster.director;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.net.Endpoint;

class ClusterConfigurationTest {
    private static final ClusterConfiguration TWO_SERVERS = ClusterConfiguration.of("127.0.0.1", 8080, 8443)
            .withServer("web1", "127.0.1.11")
            .withServer("web2", "127.0.1.12");

    private static DirectorConfiguration.Service rules(ClusterConfiguration configuration) throws Exception {
        Director director = Director.create();
        Rules.parse(configuration.text(ConfigurationFormat.RULES), "cluster.rules")
                .applyTo(director);
        return director.configuration().service(ClusterDirector.SERVICE);
    }

    private static DirectorConfiguration.Service keepalived(ClusterConfiguration configuration) throws Exception {
        KeepalivedConfiguration read = KeepalivedFile.parse(
                "keepalived.conf", configuration.text(ConfigurationFormat.KEEPALIVED), KeepalivedOptions.DEFAULT);
        assertThat(read.warnings()).isEmpty();
        assertThat(read.skipped()).isEmpty();
        return read.startTable().service(ClusterDirector.SERVICE);
    }

    static Stream<ClusterConfiguration> configurations() {
        return Stream.of(
                TWO_SERVERS,
                TWO_SERVERS.withServer("web3", "127.0.1.13"),
                TWO_SERVERS.withPersistence(null, ClusterConfiguration.EACH_CLIENT),
                TWO_SERVERS.withPersistence(Duration.ofSeconds(77), "255.255.255.0"),
                TWO_SERVERS.withScheduler("mh", "mh-port").withPersistence(null, ClusterConfiguration.EACH_CLIENT),
                TWO_SERVERS.withScheduler("mh", "mh-port"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void text_bothLanguages_sameServiceAndServers(ClusterConfiguration configuration) throws Exception {
        DirectorConfiguration.Service rules = rules(configuration);
        DirectorConfiguration.Service keepalived = keepalived(configuration);

        assertThat(rules.service()).isEqualTo(keepalived.service());
        assertThat(rules.servers()).isEqualTo(keepalived.servers());
        assertThat(rules.servers()).hasSameSizeAs(configuration.servers());
        assertThat(rules.service().scheduler()).hasToString(configuration.scheduler());
    }

    @Test
    void text_each_saysWhatTheConfigurationIs() throws Exception {
        for (DirectorConfiguration.Service service :
                new DirectorConfiguration.Service[] {rules(TWO_SERVERS), keepalived(TWO_SERVERS)}) {
            assertThat(service.servers())
                    .extracting(server -> server.endpoint())
                    .containsExactly(Endpoint.parse("127.0.1.11:8080"), Endpoint.parse("127.0.1.12:8080"));
            assertThat(service.servers())
                    .allSatisfy(server -> assertThat(server.weight()).isEqualTo(ClusterConfiguration.WEIGHT));
        }
        assertThat(rules(TWO_SERVERS.withPersistence(null, ClusterConfiguration.EACH_CLIENT))
                        .service())
                .isNotEqualTo(rules(TWO_SERVERS).service());
        assertThat(rules(TWO_SERVERS.withScheduler("mh", "mh-port")).service())
                .isNotEqualTo(rules(TWO_SERVERS.withScheduler("mh", null)).service());
    }

    @Test
    void write_twice_bothFilesReplacedAndNothingElseLeft(@TempDir Path directory) throws Exception {
        TWO_SERVERS.write(directory);
        ClusterConfiguration next = TWO_SERVERS.withServer("web3", "127.0.1.13");
        next.write(directory);

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("cluster.rules", "keepalived.conf");
        }
        for (ConfigurationFormat format : ConfigurationFormat.values()) {
            Path file = directory.resolve(format.fileName());
            assertThat(file).hasContent(next.text(format));
            assertThat(ConfigurationFormat.of(file)).isEqualTo(format);
        }
    }
}
