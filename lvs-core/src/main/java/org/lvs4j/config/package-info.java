/** Text only: the rule language of {@code ipvsadm} and its listings. */
@NullMarked
package org.lvs4j.config;

import org.jspecify.annotations.NullMarked;
