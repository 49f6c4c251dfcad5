package org.lvs4j.config;

/**
 * How unlike two words are: the cost of the letters to insert, remove, swap with their neighbour, or replace. A
 * replaced letter costs more, as {@code htps} is more likely to stand for {@code https} than for {@code ftps}.
 */
final class Distance {
    /** The cost of a letter inserted, removed, or swapped. */
    private static final int CHANGED = 2;

    /** The cost of a letter replaced. */
    static final int REPLACED = 3;

    private Distance() {}

    /** The distance, or {@code limit + 1} for any above the limit. */
    static int between(String one, String other, int limit) {
        if (CHANGED * Math.abs(one.length() - other.length()) > limit) {
            return limit + 1;
        }
        int[][] rows = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? CHANGED * (i + j) : cell(rows, one, other, i, j);
            }
        }
        return Math.min(rows[one.length()][other.length()], limit + 1);
    }

    private static int cell(int[][] rows, String one, String other, int i, int j) {
        int replaced = rows[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : REPLACED);
        int cell = Math.min(replaced, CHANGED + Math.min(rows[i - 1][j], rows[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(cell, rows[i - 2][j - 2] + CHANGED) : cell;
    }
}
