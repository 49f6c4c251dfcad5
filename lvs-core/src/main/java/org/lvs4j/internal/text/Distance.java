package org.lvs4j.internal.text;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * How unlike two words are: the cost of the letters to insert, remove, swap with their neighbour, or replace. A
 * replaced letter costs more, as {@code htps} is more likely to stand for {@code https} than for {@code ftps}.
 */
public final class Distance {
    /** The cost of a letter inserted, removed, or swapped. */
    private static final int CHANGED = 2;

    /** The cost of a letter replaced. */
    private static final int REPLACED = 3;

    /** A longer word is no misspelling of anything. */
    private static final int LONGEST_WORD = 64;

    private Distance() {}

    /** The largest distance at which a word of so many letters is a likely misspelling of another one. */
    public static int likely(int letters) {
        return REPLACED * Math.max(1, letters / 3);
    }

    /** The distance, or {@code limit + 1} for any above the limit. */
    public static int between(String one, String other, int limit) {
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

    /** The first of the words that are nearest to a word, or null if it is no likely misspelling of any. */
    public static @Nullable String nearest(String word, Collection<String> words) {
        if (word.length() > LONGEST_WORD) {
            return null;
        }
        String nearest = null;
        int best = likely(word.length()) + 1;
        for (String one : words) {
            int distance = between(word, one, best);
            if (distance < best) {
                best = distance;
                nearest = one;
            }
        }
        return nearest;
    }
}
