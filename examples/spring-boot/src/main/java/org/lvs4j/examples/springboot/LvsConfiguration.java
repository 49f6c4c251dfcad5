package org.lvs4j.examples.springboot;

import io.micrometer.core.instrument.binder.MeterBinder;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of an application that balances its own calls; Spring closes those that can be closed. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LvsProperties.class)
class LvsConfiguration {
    @Bean
    Director director(LvsProperties properties) {
        Director director = Director.create();
        properties
                .services()
                .forEach((name, service) -> director.addService(
                        VirtualService.of(ServiceKey.named(name), service.scheduler()),
                        service.servers().stream().map(RealServer::of).toArray(RealServer[]::new)));
        return director;
    }

    @Bean
    HealthMonitor healthMonitor(Director director, LvsProperties properties) {
        CheckSchedule schedule =
                CheckSchedule.builder().interval(properties.checkInterval()).build();
        HealthMonitor.Builder builder = HealthMonitor.builder(director);
        for (String name : properties.services().keySet()) {
            builder.check(ServiceKey.named(name), server -> new TcpCheck(ProbeTarget.of(server.endpoint()), schedule));
        }
        return builder.start();
    }

    @Bean
    MeterBinder lvsMetrics(Director director) {
        return LvsMetrics.of(director);
    }
}
