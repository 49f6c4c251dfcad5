package org.lvs4j.config.keepalived;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the files that a file includes. The language itself opens none. */
@FunctionalInterface
public interface IncludeSource {
    /** A source without files. */
    IncludeSource NONE = (pattern, directory) -> List.of();

    /**
     * The files that a pattern names, sorted by name: regular files that are not executable.
     *
     * @param pattern a file name, in which {@code *}, {@code ?} and {@code [...]} stand for other characters. Alternatives
     *     in braces have been expanded
     * @param directory the directory of the including file, against which the pattern is resolved
     */
    List<IncludedFile> find(String pattern, String directory);

    /**
     * The value of <code>${_PWD}</code> in a file: its directory, from the root if there is one.
     *
     * @param directory the directory as it was given
     */
    default String absolute(String directory) {
        return requireNonNull(directory, "directory");
    }

    /**
     * A file that is included, or the reason why it cannot be.
     */
    final class IncludedFile {
        private final String name;
        private final String directory;
        private final byte[] text;
        private final @Nullable String problem;

        private IncludedFile(String name, String directory, byte[] text, @Nullable String problem) {
            this.name = requireNonNull(name, "name");
            this.directory = requireNonNull(directory, "directory");
            this.text = requireNonNull(text, "text");
            this.problem = problem;
        }

        /**
         * A file that has been read.
         *
         * @param name its name in errors, which also tells whether it is the same as another file
         * @param directory the base of the files that it includes
         * @param text its bytes, which must not be changed any more
         */
        public static IncludedFile of(String name, String directory, byte[] text) {
            return new IncludedFile(name, directory, text, null);
        }

        /**
         * A file that cannot be read.
         *
         * @param name its name in errors
         * @param problem the reason
         */
        public static IncludedFile unreadable(String name, String problem) {
            return new IncludedFile(name, "", new byte[0], requireNonNull(problem, "problem"));
        }

        String name() {
            return name;
        }

        String directory() {
            return directory;
        }

        byte[] text() {
            return text;
        }

        @Nullable
        String problem() {
            return problem;
        }
    }
}
