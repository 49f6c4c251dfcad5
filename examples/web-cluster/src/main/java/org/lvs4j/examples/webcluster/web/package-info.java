/** The second tier: a web server of the shop, over HTTP and HTTPS, alone or behind an nginx of its own. */
@NullMarked
package org.lvs4j.examples.webcluster.web;

import org.jspecify.annotations.NullMarked;
