/**
 * Benchmarks of connection tables: looking up, opening and ending connections among thousands or millions,
 * beside other designs.
 */
@NullMarked
package org.lvs4j.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
