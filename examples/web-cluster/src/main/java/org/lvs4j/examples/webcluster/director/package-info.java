/** The first tier: the director, its two configuration files, and the command that runs it alone. */
@NullMarked
package org.lvs4j.examples.webcluster.director;

import org.jspecify.annotations.NullMarked;
