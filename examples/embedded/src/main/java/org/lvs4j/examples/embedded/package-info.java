/** The director and the relay inside an application: one short program for each case. */
package org.lvs4j.examples.embedded;
