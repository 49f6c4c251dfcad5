/** What is measured: one class per question, and the peers that answer it. */
@NullMarked
package org.lvs4j.benchmarks;

import org.jspecify.annotations.NullMarked;
