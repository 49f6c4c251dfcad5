package org.lvs4j.examples.webcluster.shop;

import java.io.Serializable;

/** A customer with a password. Kept in sessions. */
public record Account(long id, String name) implements Serializable {}
