/** What a balanced call of an application costs. */
package org.lvs4j.benchmarks.call;
