package org.lvs4j.examples.springboot;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The services that the application calls.
 *
 * @param checkInterval how often a connection to each server is tried
 * @param services by name
 */
@ConfigurationProperties("lvs")
public record LvsProperties(@DefaultValue("2s") Duration checkInterval, Map<String, Service> services) {
    /**
     * One service.
     *
     * @param servers such as {@code 10.0.0.1:8080}, in the order of preference of the scheduler
     */
    public record Service(@DefaultValue("wlc") String scheduler, List<String> servers) {}
}
