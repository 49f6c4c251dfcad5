/**
 * The configuration language of keepalived, as far as it concerns balancing: text to values and back.
 *
 * <p>The bytes of a file become lines, lines without comments, conditions, definitions and inclusions
 * ({@code Preprocessor}), words and braces ({@code Lexer}), statements with blocks ({@code StatementBuilder}), and drafts by one
 * table of keys for each kind of block ({@code KeyTable}). When the whole file is read, {@code Resolution} makes values of
 * the drafts.
 */
@NullMarked
package org.lvs4j.config.keepalived;

import org.jspecify.annotations.NullMarked;
