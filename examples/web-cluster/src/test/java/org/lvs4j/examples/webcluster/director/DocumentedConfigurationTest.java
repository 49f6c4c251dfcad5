package org.lvs4j.examples.webcluster.director;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The configuration files as docs/web-cluster.md shows them. */
final class DocumentedConfigurationTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "web-cluster.md");

    @ParameterizedTest
    @EnumSource(ConfigurationFormat.class)
    void page_eachLanguage_showsTheWholeFile(ConfigurationFormat format) throws Exception {
        ClusterConfiguration shown = ClusterConfiguration.of("10.80.2.100", 80, 443)
                .withServer("web1", "10.80.2.11")
                .withServer("web2", "10.80.2.12");

        assertThat(Files.readString(PAGE)).contains("```\n" + shown.text(format) + "```\n");
    }
}
