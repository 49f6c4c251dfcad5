/** An application of Spring Boot with a director for its own calls. */
package org.lvs4j.examples.springboot;
