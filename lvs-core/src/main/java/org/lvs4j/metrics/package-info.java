/**
 * The meters of a director for Micrometer, which is optional: without it on the path nothing but this package is
 * missing.
 */
@NullMarked
package org.lvs4j.metrics;

import org.jspecify.annotations.NullMarked;
