/** The director and the relay inside a program of one's own. */
package org.lvs4j.examples.embedded;
