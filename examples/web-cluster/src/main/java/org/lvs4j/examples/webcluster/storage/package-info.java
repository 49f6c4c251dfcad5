/** The third tier: the database that all web servers share, in a process of its own, and how they reach it. */
@NullMarked
package org.lvs4j.examples.webcluster.storage;

import org.jspecify.annotations.NullMarked;
