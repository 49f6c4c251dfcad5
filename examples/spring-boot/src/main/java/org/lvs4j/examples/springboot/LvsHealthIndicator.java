package org.lvs4j.examples.springboot;

import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** Down while a service has no server that takes calls. */
@Component("lvs")
class LvsHealthIndicator implements HealthIndicator {
    private final Director director;

    LvsHealthIndicator(Director director) {
        this.director = director;
    }

    @Override
    public Health health() {
        Health.Builder health = Health.up();
        for (ServiceSnapshot service : director.services()) {
            long available = service.servers().stream()
                    .filter(server -> server.weight() > 0 && !server.draining())
                    .count();
            health.withDetail(service.service().key().toString(), available + " servers");
            if (available == 0) {
                health.down();
            }
        }
        return health.build();
    }
}
