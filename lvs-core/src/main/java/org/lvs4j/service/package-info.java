/** The configuration of virtual services and real servers as immutable values, and its validation. */
@NullMarked
package org.lvs4j.service;

import org.jspecify.annotations.NullMarked;
