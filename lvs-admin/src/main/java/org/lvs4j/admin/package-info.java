/**
 * An HTTP endpoint of a director: liveness, metrics for Prometheus, and a JSON API that reads and changes everything.
 *
 * <pre>{@code
 * try (AdminServer admin = AdminServer.start(director, "127.0.0.1:9110")) {
 *     // curl http://127.0.0.1:9110/metrics
 * }
 * }</pre>
 */
@NullMarked
package org.lvs4j.admin;

import org.jspecify.annotations.NullMarked;
