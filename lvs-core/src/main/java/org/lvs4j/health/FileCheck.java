package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * The number in a file, times a factor, is added to the weight of the server. With factor 0 the server is up if and only
 * if the number is 0. Immutable.
 *
 * @param file the file
 * @param weight the factor, -2147483647..2147483647
 * @param reverse whether the number counts negatively; with factor 0 the server is up if the number is not 0
 */
public record FileCheck(TrackedFile file, int weight, boolean reverse) implements Check {
    public FileCheck {
        requireNonNull(file, "file");
    }

    @Override
    public String kind() {
        return "FILE_CHECK";
    }
}
