/**
 * The service provider interface of persistence engines, which identify clients by the first payload of a connection,
 * and the engine for SIP. Uses {@link org.lvs4j.net} only.
 */
@NullMarked
package org.lvs4j.persistence.engine;

import org.jspecify.annotations.NullMarked;
