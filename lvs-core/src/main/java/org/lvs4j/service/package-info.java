/** What is configured: virtual services and real servers as immutable values, and their validation. */
@NullMarked
package org.lvs4j.service;

import org.jspecify.annotations.NullMarked;
