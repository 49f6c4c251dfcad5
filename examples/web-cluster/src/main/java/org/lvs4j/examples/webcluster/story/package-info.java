/** What the whole cluster shows: steps that a person watches and a program checks. */
@NullMarked
package org.lvs4j.examples.webcluster.story;

import org.jspecify.annotations.NullMarked;
