/** Servers from the EndpointSlices of Kubernetes. */
package org.lvs4j.examples.embedded.kubernetes;
