package org.lvs4j.health;

/**
 * One check of one real server: what is asked, and when. Immutable. A server is up while each of its checks is.
 *
 * <p>All values are final: nothing is inherited from the server or the service any more.
 */
public sealed interface Check permits NetworkCheck, MiscCheck, FileCheck {
    /** The name of its kind in a configuration file, such as {@code TCP_CHECK}. */
    String kind();
}
