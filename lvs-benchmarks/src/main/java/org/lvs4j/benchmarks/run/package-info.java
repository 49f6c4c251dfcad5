/** How benchmarks are run and their results written down: groups, machine facts, tables. */
@NullMarked
package org.lvs4j.benchmarks.run;

import org.jspecify.annotations.NullMarked;
