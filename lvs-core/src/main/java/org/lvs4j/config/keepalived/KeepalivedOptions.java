package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/**
 * What a file needs besides its text. Immutable.
 *
 * @param includes finds the files that it includes
 * @param configurationId the name that lines {@code @ID} refer to ({@code keepalived -i}); usually the name of the host
 *     up to the first dot
 * @param scripts tells whether programs can be run, and are secure
 * @param served tells whether the program that reads the file can serve its services and servers
 * @param tolerant whether errors become warnings, and what is wrong is left out, as keepalived itself does it. It is for
 *     comparing with keepalived; a program that balances is not tolerant
 */
public record KeepalivedOptions(
        IncludeSource includes, String configurationId, ScriptCheck scripts, ServedCheck served, boolean tolerant) {
    /** No included files, no configuration id, every program can be run. */
    public static final KeepalivedOptions DEFAULT =
            new KeepalivedOptions(IncludeSource.NONE, "", ScriptCheck.NONE, ServedCheck.NONE, false);

    /** Tells whether a program of MISC_CHECK can be run, and whether any program is secure. */
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

        /**
         * The reason why others than root could have a program of root replaced; null if they cannot, or it does not run as
         * root. Asked if the file says {@code enable_script_security}. Null by default.
         */
        default @Nullable String insecure(Script script) {
            requireNonNull(script, "script");
            return null;
        }
    }

    /**
     * Tells whether a service or server can be served. What cannot is an error at its place in the file. Of the services of
     * a group only the first that cannot be served is reported.
     */
    public interface ServedCheck {
        /** A check that everything passes. */
        ServedCheck NONE = new ServedCheck() {
            @Override
            public @Nullable Refusal refusal(VirtualService service) {
                requireNonNull(service, "service");
                return null;
            }

            @Override
            public @Nullable Refusal refusal(RealServer server) {
                requireNonNull(server, "server");
                return null;
            }
        };

        /** The reason why a service cannot be served; null if it can. */
        @Nullable
        Refusal refusal(VirtualService service);

        /** The reason why a real server or sorry server cannot be used; null if it can. */
        @Nullable
        Refusal refusal(RealServer server);
    }

    /**
     * The reason why something cannot be served.
     *
     * @param problem what is wrong, without a full stop
     * @param expected what would be right
     */
    public record Refusal(String problem, String expected) {
        public Refusal {
            requireNonNull(problem, "problem");
            requireNonNull(expected, "expected");
        }
    }

    public KeepalivedOptions {
        requireNonNull(includes, "includes");
        requireNonNull(configurationId, "configurationId");
        requireNonNull(scripts, "scripts");
        requireNonNull(served, "served");
    }

    /** These options with another source of included files. */
    public KeepalivedOptions withIncludes(IncludeSource source) {
        return new KeepalivedOptions(requireNonNull(source, "source"), configurationId, scripts, served, tolerant);
    }

    /** These options with another configuration id. */
    public KeepalivedOptions withConfigurationId(String id) {
        return new KeepalivedOptions(includes, requireNonNull(id, "id"), scripts, served, tolerant);
    }

    /** These options with another check of programs. */
    public KeepalivedOptions withScripts(ScriptCheck check) {
        return new KeepalivedOptions(includes, configurationId, requireNonNull(check, "check"), served, tolerant);
    }

    /** These options with another check of what can be served. */
    public KeepalivedOptions withServed(ServedCheck check) {
        return new KeepalivedOptions(includes, configurationId, scripts, requireNonNull(check, "check"), tolerant);
    }

    /** These options, with errors that become warnings. */
    public KeepalivedOptions asTolerant() {
        return new KeepalivedOptions(includes, configurationId, scripts, served, true);
    }
}
