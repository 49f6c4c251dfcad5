package org.lvs4j.examples.standalone.top;

/**
 * How many lines the parts of a screen have.
 *
 * @param rows of the screen
 * @param columns that are used; the last one of the screen is not, as some terminals begin a new line after it
 * @param header lines above the table
 * @param titles 1 if there is a line with the titles of columns
 * @param body rows of the table
 * @param detail 1 if there is a line about the row under the cursor
 */
record Layout(int rows, int columns, int header, int titles, int body, int detail) {
    static Layout of(int rows, int columns) {
        int header = rows >= 16 ? 4 : rows >= 8 ? 2 : 1;
        int titles = rows >= 6 ? 1 : 0;
        int detail = rows >= 10 ? 1 : 0;
        int hints = 1;
        return new Layout(
                rows,
                Math.max(1, columns - 1),
                header,
                titles,
                Math.max(0, rows - header - titles - detail - hints),
                detail);
    }
}
