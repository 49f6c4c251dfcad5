package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What an explanation has for a sentence, whatever the scheduler. */
final class ExplainTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final String PATH = "/api/v1/explain?client=10.9.0.7:4000&virtual=10.0.0.1:80";

    private final Director director = Director.create();
    private final AdminServer server = AdminServer.builder(director)
            .listen("127.0.0.1:0")
            .requestsPerSecond(100_000)
            .start();
    private final AdminClient client = new AdminClient(server);

    @AfterEach
    void close() {
        server.close();
    }

    private static RealServer server(int number, int weight) {
        return RealServer.builder("192.168.1." + number + ":80").weight(weight).build();
    }

    private static JsonObject candidate(JsonObject explanation, String server) {
        for (JsonElement each : explanation.getAsJsonArray("candidates")) {
            if (each.getAsJsonObject().get("server").getAsString().equals(server)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no candidate " + server + " in " + explanation);
    }

    @Test
    void explain_everyScheduler_aConsideredServer() throws Exception {
        for (String scheduler : director.schedulers()) {
            for (boolean persistent : new boolean[] {false, true}) {
                director.clear();
                VirtualService.Builder service = VirtualService.builder(WEB).scheduler(scheduler);
                director.addService(
                        (persistent ? service.persistent(300) : service).build(), server(1, 3), server(2, 1));
                JsonObject explanation = client.json(PATH);
                JsonObject picked =
                        candidate(explanation, explanation.get("server").getAsString());

                assertThat(explanation.get("scheduler").getAsString()).isEqualTo(scheduler);
                assertThat(explanation.get("reason").getAsString())
                        .as(scheduler)
                        .isEqualTo("scheduler");
                assertThat(explanation.getAsJsonArray("candidates"))
                        .filteredOn(each -> each.getAsJsonObject().get("picked").getAsBoolean())
                        .containsExactly(picked);
                assertThat(picked.get("considered").getAsBoolean())
                        .as(scheduler)
                        .isTrue();
            }
        }
    }

    /** Whether the scheduler compares costs or not. */
    @Test
    void explain_serverThatGetsNoConnections_notConsidered() throws Exception {
        for (String scheduler : director.schedulers()) {
            director.clear();
            director.addService(
                    VirtualService.of(WEB, scheduler),
                    RealServer.builder("192.168.1.1:80").upperThreshold(1).build());
            director.open(Flow.of(Protocol.TCP, Endpoint.parse("10.9.0.8:4000"), Endpoint.parse("10.0.0.1:80")));
            director.addServer(WEB, server(2, 0));
            director.addServer(WEB, server(3, 1));
            JsonObject explanation = client.json(PATH);

            JsonObject overloaded = candidate(explanation, "192.168.1.1:80");
            assertThat(overloaded.get("overloaded").getAsBoolean())
                    .as(scheduler)
                    .isTrue();
            assertThat(overloaded.get("considered").getAsBoolean())
                    .as(scheduler)
                    .isFalse();
            assertThat(candidate(explanation, "192.168.1.2:80")
                            .get("considered")
                            .getAsBoolean())
                    .as(scheduler)
                    .isFalse();
            assertThat(candidate(explanation, "192.168.1.3:80")
                            .get("considered")
                            .getAsBoolean())
                    .as(scheduler)
                    .isTrue();
        }
    }

    @Test
    void explain_noServerOfWeight_none() throws Exception {
        for (String scheduler : director.schedulers()) {
            director.clear();
            director.addService(VirtualService.of(WEB, scheduler), server(1, 0));
            JsonObject explanation = client.json(PATH);
            assertThat(explanation.get("reason").getAsString()).as(scheduler).isEqualTo("none");
            assertThat(explanation.get("server").isJsonNull()).isTrue();
        }
    }
}
