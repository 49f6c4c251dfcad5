/**
 * Traffic counters and rate estimates: counted by packet threads, read as the values of {@code stats}. May use
 * {@code stats} and {@code internal.concurrent}. Internal: not exported.
 */
@NullMarked
package org.lvs4j.internal.counters;

import org.jspecify.annotations.NullMarked;
