/** What a packet costs on its way through a TUN device, beside a plain loop over the same device. */
package org.lvs4j.benchmarks.tun;
