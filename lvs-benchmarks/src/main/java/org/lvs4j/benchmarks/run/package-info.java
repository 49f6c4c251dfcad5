/** Runs groups of benchmarks and writes their results: plans, goals, facts about the machine, tables, charts. */
@NullMarked
package org.lvs4j.benchmarks.run;

import org.jspecify.annotations.NullMarked;
