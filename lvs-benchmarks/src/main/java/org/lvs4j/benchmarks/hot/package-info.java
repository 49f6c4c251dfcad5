/** What it costs to keep connections: to find, to place and to end one among thousands or millions, beside other designs. */
@NullMarked
package org.lvs4j.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
