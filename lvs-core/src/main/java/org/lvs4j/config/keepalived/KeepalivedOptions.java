package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a file needs besides its text. Immutable.
 *
 * @param includes finds the files that it includes
 * @param configurationId the name that lines {@code @ID} refer to ({@code keepalived -i}); usually the name of the host
 *     up to the first dot
 * @param scripts tells whether the programs of MISC_CHECK can be run
 * @param tolerant whether errors become warnings, and what is wrong is left out, as keepalived itself does it. It is for
 *     comparing with keepalived; a program that balances is not tolerant
 */
public record KeepalivedOptions(IncludeSource includes, String configurationId, ScriptCheck scripts, boolean tolerant) {
    /** No included files, no configuration id, every program can be run. */
    public static final KeepalivedOptions DEFAULT =
            new KeepalivedOptions(IncludeSource.NONE, "", ScriptCheck.NONE, false);

    /** Tells whether a program can be run. */
    @FunctionalInterface
    public interface ScriptCheck {
        /** A check that every program passes. */
        ScriptCheck NONE = program -> null;

        /**
         * The reason why a program cannot be run; null if it can.
         *
         * @param program the path of a file, or a name that is looked up as a shell does it
         */
        @Nullable
        String problem(String program);
    }

    public KeepalivedOptions {
        requireNonNull(includes, "includes");
        requireNonNull(configurationId, "configurationId");
        requireNonNull(scripts, "scripts");
    }

    /** These options with another source of included files. */
    public KeepalivedOptions withIncludes(IncludeSource source) {
        return new KeepalivedOptions(requireNonNull(source, "source"), configurationId, scripts, tolerant);
    }

    /** These options with another configuration id. */
    public KeepalivedOptions withConfigurationId(String id) {
        return new KeepalivedOptions(includes, requireNonNull(id, "id"), scripts, tolerant);
    }

    /** These options with another check of programs. */
    public KeepalivedOptions withScripts(ScriptCheck check) {
        return new KeepalivedOptions(includes, configurationId, requireNonNull(check, "check"), tolerant);
    }

    /** These options, with errors that become warnings. */
    public KeepalivedOptions asTolerant() {
        return new KeepalivedOptions(includes, configurationId, scripts, true);
    }
}
