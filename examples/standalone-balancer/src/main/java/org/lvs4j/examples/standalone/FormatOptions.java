package org.lvs4j.examples.standalone;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of all commands that read a file in either language. */
final class FormatOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "The format of the file: ipvsadm or keepalived (default: by its content).")
    private @Nullable ConfigurationFormat format;

    @Option(
            names = {"-i", "--config-id"},
            paramLabel = "ID",
            description = "The name for lines @ID of a keepalived file (default: the host name up to the first dot).")
    private @Nullable String configurationId;

    /** The format of a text: the given one, or else that of its content. */
    ConfigurationFormat of(String text) {
        return format == null ? ConfigurationFormat.of(text) : format;
    }

    /** The name that lines {@code @ID} refer to; null for that of this host. */
    @Nullable
    String configurationId() {
        return configurationId;
    }
}
