/** What clients of the admin endpoint cost those of the relay. */
@NullMarked
package org.lvs4j.benchmarks.admin;

import org.jspecify.annotations.NullMarked;
