package org.lvs4j.examples.springboot;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.lvs4j.Director;
import org.lvs4j.netty.http.BalancedHttpClient;
import org.lvs4j.service.ServiceKey;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A shop that asks its service of orders. */
@SpringBootApplication
public class ShopApplication {
    /** Starts the application. */
    public static void main(String[] args) {
        SpringApplication.run(ShopApplication.class, args);
    }

    @Bean
    BalancedHttpClient orders(Director director) {
        return BalancedHttpClient.builder(director, ServiceKey.named("orders")).build();
    }

    @RestController
    static final class Cart {
        private final BalancedHttpClient orders;

        Cart(BalancedHttpClient orders) {
            this.orders = orders;
        }

        @GetMapping("/cart")
        String cart() throws Exception {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://orders/latest")).build();
            return orders.send(request, BodyHandlers.ofString()).body();
        }
    }
}
