/** Text and model: the rule language of {@code ipvsadm}, its listings, and the way from one configuration to another. */
@NullMarked
package org.lvs4j.config;

import org.jspecify.annotations.NullMarked;
