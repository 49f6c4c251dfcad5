/** What {@code lvsadm} prints as JSON, with the names of the admin endpoint's {@code openapi.json}. */
@NullMarked
package org.lvs4j.examples.standalone.json;

import org.jspecify.annotations.NullMarked;
