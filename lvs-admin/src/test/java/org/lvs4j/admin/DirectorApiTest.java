package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What the JSON API reads and changes. */
final class DirectorApiTest {
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");
    private static final String SERVICE = "/api/v1/services/tcp:10.0.0.1:80";
    private static final String SERVER = SERVICE + "/servers/192.168.1.1:80";
    private static final Endpoint FIRST = Endpoint.parse("192.168.1.1:80");

    private final Director director = Director.create();
    private final AdminServer server = AdminServer.builder(director)
            .listen("127.0.0.1:0")
            .token(AdminClient.TOKEN)
            .requestsPerSecond(100_000)
            .start();
    private final AdminClient client = new AdminClient(server);

    DirectorApiTest() {
        director.addService(
                VirtualService.of(WEB, "wlc"), RealServer.of("192.168.1.1:80"), RealServer.of("192.168.1.2:80"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void open(int clients) {
        for (int i = 0; i < clients; i++) {
            director.open(Flow.of(
                            Protocol.TCP,
                            Endpoint.parse("10.9." + i / 250 + "." + i % 250 + ":4000"),
                            Endpoint.parse("10.0.0.1:80")))
                    .close();
        }
    }

    private static String etag(HttpResponse<String> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }

    // ---- services

    @Test
    void service_read_hasConfigurationAndCounters() throws Exception {
        open(3);
        JsonObject service = client.json(SERVICE);

        assertThat(service.get("id").getAsString()).isEqualTo("tcp:10.0.0.1:80");
        assertThat(service.get("scheduler").getAsString()).isEqualTo("wlc");
        assertThat(service.getAsJsonObject("status")
                        .getAsJsonObject("traffic")
                        .get("connections")
                        .getAsInt())
                .isEqualTo(3);
        JsonArray servers = service.getAsJsonArray("servers");
        assertThat(servers).hasSize(2);
        JsonObject first = servers.get(0).getAsJsonObject();
        assertThat(first.get("endpoint").getAsString()).isEqualTo("192.168.1.1:80");
        assertThat(first.getAsJsonObject("status").get("inactive").getAsInt())
                .isEqualTo(director.server(WEB, FIRST).inactive())
                .isPositive();
    }

    @Test
    void service_everyAttribute_writtenAndReadAgain() throws Exception {
        String path = "/api/v1/services/udp:[fd00::1]:53";
        HttpResponse<String> made =
                client.change("PUT", path.replace("[", "%5B").replace("]", "%5D"), """
                {"scheduler": "mh", "flags": ["mh-fallback", "flag-2"], "onePacket": true, "slowStartSeconds": 60,
                 "persistence": {"timeoutSeconds": 50, "netmask": 64, "engine": null},
                 "servers": [
                   {"endpoint": "[fd00::2]:53", "weight": 7, "upperThreshold": 100, "lowerThreshold": 50},
                   {"endpoint": "[fd00::3]:53", "forwarding": "direct"},
                   {"endpoint": "[fd00::4]:53", "forwarding": "tunnel",
                    "tunnel": {"encapsulation": "gue", "port": 6080, "checksum": "remote"}}]}
                """);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);

        ServiceKey key = ServiceKey.udp("[fd00::1]:53");
        VirtualService service = director.configuration(key).service();
        assertThat(service.scheduler()).isEqualTo("mh");
        assertThat(service.flags()).containsExactlyInAnyOrder(SchedulerFlag.FLAG_1, SchedulerFlag.FLAG_2);
        assertThat(service.onePacket()).isTrue();
        assertThat(service.slowStart()).hasSeconds(60);
        assertThat(service.persistence()).isEqualTo(new Persistence(50, 64, null));
        assertThat(director.configuration(key).servers())
                .containsExactly(
                        RealServer.builder("[fd00::2]:53")
                                .weight(7)
                                .upperThreshold(100)
                                .lowerThreshold(50)
                                .build(),
                        RealServer.builder("[fd00::3]:53")
                                .forwarding(Forwarding.direct())
                                .build(),
                        RealServer.builder("[fd00::4]:53")
                                .forwarding(Forwarding.tunnel(new Forwarding.Tunnel(
                                        Forwarding.Encapsulation.GUE, 6080, Forwarding.Checksum.REMOTE)))
                                .build());

        // What was read may be sent back: nothing changes.
        HttpResponse<String> again =
                client.change("PUT", path.replace("[", "%5B").replace("]", "%5D"), made.body(), "If-Match", etag(made));
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(etag(again)).isEqualTo(etag(made));
    }

    @ParameterizedTest
    @CsvSource({"fwmark:5", "fwmark6:4294967295", "name:orders", "sctp:10.0.0.1:80"})
    void service_everyKindOfKey_addedReadAndRemoved(String id) throws Exception {
        String path = "/api/v1/services/" + id;
        assertThat(client.change("PUT", path, "{}").statusCode()).isEqualTo(201);
        assertThat(client.json(path).get("id").getAsString()).isEqualTo(id);
        assertThat(client.change("DELETE", path, null).statusCode()).isEqualTo(204);
        assertThat(client.get(path).statusCode()).isEqualTo(404);
        assertThat(client.change("DELETE", path, null).statusCode()).isEqualTo(404);
    }

    @Test
    void service_patch_keepsWhatIsNotGiven() throws Exception {
        open(4);
        HttpResponse<String> patched = client.change(
                "PATCH", SERVICE, "{\"scheduler\": \"rr\", \"persistence\": {\"netmask\": \"255.255.255.0\"}}");
        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);

        VirtualService service = director.configuration(WEB).service();
        assertThat(service.scheduler()).isEqualTo("rr");
        assertThat(service.persistence()).isEqualTo(new Persistence(360, 0xffffff00, null));
        assertThat(director.configuration(WEB).servers()).hasSize(2);
        assertThat(director.service(WEB).traffic().connections()).isEqualTo(4);

        client.change("PATCH", SERVICE, "{\"persistence\": null}");
        assertThat(director.configuration(WEB).service().persistence()).isNull();
    }

    @Test
    void service_putWithoutServers_refusedIfItExists() throws Exception {
        HttpResponse<String> refused = client.change("PUT", SERVICE, "{\"scheduler\": \"rr\"}");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("PATCH keeps what is not given");
        assertThat(director.configuration(WEB).servers()).hasSize(2);
    }

    @Test
    void services_pages_everyOneOnce() throws Exception {
        for (int i = 1; i <= 25; i++) {
            director.addService(VirtualService.of(ServiceKey.mark(i)));
        }
        List<String> seen = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonObject page = client.json("/api/v1/services?limit=10" + after);
            page.getAsJsonArray("services")
                    .forEach(each -> seen.add(each.getAsJsonObject().get("id").getAsString()));
            JsonElement next = page.get("next");
            after = next.isJsonNull() ? null : "&after=" + next.getAsString();
        }
        assertThat(seen).hasSize(26).doesNotHaveDuplicates().isSorted().contains("tcp:10.0.0.1:80", "fwmark:25");
    }

    // ---- servers

    @Test
    void server_weight_patched() throws Exception {
        HttpResponse<String> patched = client.change("PATCH", SERVER, "{\"weight\": 5}");

        assertThat(patched.statusCode()).isEqualTo(200);
        assertThat(AdminClient.json(patched).get("weight").getAsInt()).isEqualTo(5);
        assertThat(director.server(WEB, FIRST).server().weight()).isEqualTo(5);
        assertThat(director.configuration(WEB).servers().get(0).endpoint()).isEqualTo(FIRST);
    }

    @Test
    void server_put_addedAtTheEndAndReplaced() throws Exception {
        String path = SERVICE + "/servers/192.168.1.3:80";
        assertThat(client.change("PUT", path, "{\"weight\": 3}").statusCode()).isEqualTo(201);
        assertThat(client.change("PUT", path, "{\"upperThreshold\": 9}").statusCode())
                .isEqualTo(200);

        assertThat(director.configuration(WEB).servers().get(2))
                .isEqualTo(
                        RealServer.builder("192.168.1.3:80").upperThreshold(9).build());
    }

    @Test
    void server_removed_gone() throws Exception {
        assertThat(client.change("DELETE", SERVER, null).statusCode()).isEqualTo(204);
        assertThat(director.server(WEB, FIRST)).isNull();
        assertThat(client.change("DELETE", SERVER, null).statusCode()).isEqualTo(404);
        assertThat(client.get(SERVER).statusCode()).isEqualTo(404);
    }

    // ---- optimistic concurrency

    @Test
    void ifMatch_tagOfAnOlderState_refusedAndNothingChanged() throws Exception {
        String service = etag(client.get(SERVICE));
        String first = etag(client.get(SERVER));
        assertThat(client.change("PATCH", SERVER, "{\"weight\": 5}", "If-Match", first)
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> late = client.change("PATCH", SERVER, "{\"weight\": 6}", "If-Match", first);
        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(late.body()).contains("read it again");
        assertThat(director.server(WEB, FIRST).server().weight()).isEqualTo(5);
        // The service contains its servers.
        assertThat(client.change("DELETE", SERVICE, null, "If-Match", service).statusCode())
                .isEqualTo(412);
        assertThat(client.change("DELETE", SERVICE, null, "If-Match", etag(client.get(SERVICE)))
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void ifMatch_connectionsAndCounters_doNotMatter() throws Exception {
        String tag = etag(client.get(SERVICE));
        open(5);
        assertThat(etag(client.get(SERVICE))).isEqualTo(tag);
    }

    @Test
    void ifNoneMatch_star_addsOnly() throws Exception {
        assertThat(client.change("PUT", SERVER, "{\"weight\": 9}", "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(client.change("PUT", SERVICE + "/servers/192.168.1.9:80", "{}", "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void ifMatch_onSomethingThatIsGone_refused() throws Exception {
        String tag = etag(client.get(SERVER));
        director.removeServer(WEB, FIRST);

        assertThat(client.change("PUT", SERVER, "{}", "If-Match", tag).statusCode())
                .isEqualTo(412);
        assertThat(director.server(WEB, FIRST)).isNull();
    }

    // ---- refusals

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PATCH | {"weight": -1}               | 400 | negative
            PATCH | {"weight": "1"}              | 400 | weight is "1"; expected a number
            PATCH | {"weight": 1.5}              | 400 | a whole number
            PATCH | {"weight": 3000000000}       | 400 | a whole number
            PATCH | {"weight": 1e999999999}      | 400 | a whole number
            PATCH | {"weight": 1e99999999999}    | 400 | is not JSON
            PATCH | {"weight": 5, "weight": 6}   | 400 | 'weight' is given twice
            PATCH | {"weight": NaN}              | 400 | is not JSON
            PATCH | {"wieght": 1}                | 400 | unknown member 'wieght'
            PATCH | {"forwarding": "nat"}        | 400 | 'nat' is not one of masquerade, tunnel, direct
            PATCH | {"tunnel": {}}               | 400 | only a server of forwarding 'tunnel' has one
            PATCH | {"endpoint": "10.0.0.9:80"}  | 400 | cannot be changed
            PATCH | {"weight": 1                 | 400 | not JSON
            PATCH | {"weight": 1} {}             | 400 | not JSON
            PATCH | []                           | 400 | not an object
            PATCH | 7                            | 400 | not an object
            """)
    void server_wrongBody_refusedByName(String method, String body, int status, String detail) throws Exception {
        HttpResponse<String> refused = client.change(method, SERVER, body);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(com.google.gson.JsonParser.parseString(refused.body())
                        .getAsJsonObject()
                        .get("detail")
                        .getAsString())
                .contains(detail);
        assertThat(director.server(WEB, FIRST).server()).isEqualTo(RealServer.of(FIRST));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"scheduler": "none"}                                        | 422
            {"scheduler": 5}                                             | 400
            {"flags": ["flag-4"]}                                        | 400
            {"persistence": {"timeoutSeconds": 0}}                       | 400
            {"persistence": {"netmask": "255.0"}}                        | 400
            {"persistence": {"engine": "none"}}                          | 422
            {"persistence": 5}                                           | 400
            {"slowStartSeconds": -1}                                     | 400
            {"servers": [{"endpoint": "10.0.0.9:80"}, {"endpoint": "10.0.0.9:80"}]} | 400
            {"servers": [{}]}                                            | 400
            {"servers": [{"endpoint": "0.0.0.0:80"}]}                    | 400
            {"id": "tcp:10.0.0.2:80"}                                    | 400
            """)
    void service_wrongBody_refusedAndNothingChanged(String body, int status) throws Exception {
        HttpResponse<String> refused = client.change("PATCH", SERVICE, body);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
        assertThat(director.configuration(WEB).service()).isEqualTo(VirtualService.of(WEB, "wlc"));
        assertThat(director.configuration(WEB).servers()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/services/tcp:10.0.0.9:80, 404",
        "/api/v1/services/10.0.0.9:80, 400",
        "/api/v1/services/http:10.0.0.9:80, 400",
        "/api/v1/services/fwmark:0, 400",
        "/api/v1/services/tcp:10.0.0.1:80/servers/x, 400",
        "/api/v1/services?limit=0, 400",
        "/api/v1/services?limit=1001, 400",
        "/api/v1/services?limit=2&limit=3, 400",
        "/api/v1/services?page=3, 400",
        "/api/v1/connections?state=OPEN, 400",
        "/api/v1/connections?client=x, 400",
        "/api/v1/connections?after=x, 400",
        "/api/v1/explain?virtual=10.0.0.1:80, 400",
        "/api/v1/explain?virtual=10.0.0.9:80&client=10.0.0.2:5, 404",
        "/api/v1/explain?virtual=10.0.0.1:80&client=[fd00::1]:5, 400",
        "/api/v2/services, 404"
    })
    void request_wrongPlace_refused(String path, int status) throws Exception {
        HttpResponse<String> refused = client.get(path.replace("[", "%5B").replace("]", "%5D"));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
    }

    // ---- drains

    @Test
    void drain_serverWithoutConnections_drainedAndAborted() throws Exception {
        HttpResponse<String> drained = client.change("PUT", SERVER + "/drain", "{\"deadlineSeconds\": 60}");
        assertThat(drained.statusCode()).as(drained.body()).isEqualTo(200);
        assertThat(AdminClient.json(drained).get("phase").getAsString()).isEqualTo("drained");
        assertThat(director.server(WEB, FIRST).weight()).isZero();
        assertThat(client.json("/api/v1/drains").getAsJsonArray("drains")).hasSize(1);

        assertThat(client.change("DELETE", SERVER + "/drain", null).statusCode())
                .isEqualTo(204);
        assertThat(director.server(WEB, FIRST).weight()).isOne();
        assertThat(client.change("DELETE", SERVER + "/drain", null).statusCode())
                .isEqualTo(404);
    }

    @Test
    void drain_connectionsAtTheStart_areKnownToTheEnd() throws Exception {
        director.removeServer(WEB, Endpoint.parse("192.168.1.2:80"));
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            open.add(director.open(
                    Flow.of(Protocol.TCP, Endpoint.parse("10.9.0." + i + ":4000"), Endpoint.parse("10.0.0.1:80"))));
        }
        open.get(0).close();
        JsonObject begun = AdminClient.json(client.change("PUT", SERVER + "/drain", "{\"deadlineSeconds\": 60}"));
        open.forEach(Connection::close);
        JsonObject later =
                client.json("/api/v1/drains").getAsJsonArray("drains").get(0).getAsJsonObject();

        assertThat(begun.get("active").getAsInt()).isEqualTo(4);
        assertThat(later.get("active").getAsInt()).isZero();
        for (JsonObject each : List.of(begun, later)) {
            assertThat(each.get("activeAtStart").getAsInt()).isEqualTo(4);
            assertThat(each.get("inactiveAtStart").getAsInt()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"deadlineSeconds": -5}                       | 400
            {"deadlineSeconds": 5, "pacingSeconds": 6}    | 400
            {"deadline": 5}                               | 400
            """)
    void drain_wrongOptions_refused(String body, int status) throws Exception {
        assertThat(client.change("PUT", SERVER + "/drain", body).statusCode()).isEqualTo(status);
        assertThat(director.drains()).isEmpty();
    }

    @Test
    void drain_noSuchServer_notFound() throws Exception {
        assertThat(client.change("PUT", SERVICE + "/servers/192.168.9.9:80/drain", null)
                        .statusCode())
                .isEqualTo(404);
    }

    // ---- tables

    @Test
    void connections_pages_everyOneOnceInOrder() throws Exception {
        open(230);
        List<String> seen = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonObject page = client.json("/api/v1/connections?limit=100" + after);
            for (JsonElement each : page.getAsJsonArray("connections")) {
                seen.add(each.getAsJsonObject().get("client").getAsString());
            }
            after = page.get("next").isJsonNull()
                    ? null
                    : "&after=" + page.get("next").getAsString();
        }
        assertThat(seen).hasSize(230).doesNotHaveDuplicates();
        assertThat(seen.stream().map(Endpoint::parse)).isSorted();
    }

    @Test
    void connections_filters_onlyThose() throws Exception {
        open(20);
        JsonArray ofOne = client.json("/api/v1/connections?client=10.9.0.7").getAsJsonArray("connections");
        assertThat(ofOne).hasSize(1);
        assertThat(ofOne.get(0).getAsJsonObject().get("state").getAsString()).isEqualTo("TIME_WAIT");
        assertThat(client.json("/api/v1/connections?server=192.168.1.1:80").getAsJsonArray("connections"))
                .hasSize(10);
        assertThat(client.json("/api/v1/connections?state=ESTABLISHED").getAsJsonArray("connections"))
                .isEmpty();
        assertThat(client.json("/api/v1/connections?protocol=udp").getAsJsonArray("connections"))
                .isEmpty();
        assertThat(client.json("/api/v1/connections?virtual=10.0.0.1:81").getAsJsonArray("connections"))
                .isEmpty();
    }

    @Test
    void templates_pages_everyOneOnce() throws Exception {
        director.editService(
                VirtualService.builder(WEB).scheduler("wlc").persistent(100).build());
        open(15);
        List<String> seen = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonObject page = client.json("/api/v1/templates?limit=4" + after);
            for (JsonElement each : page.getAsJsonArray("templates")) {
                seen.add(each.getAsJsonObject().get("client").getAsString());
            }
            after = page.get("next").isJsonNull()
                    ? null
                    : "&after=" + page.get("next").getAsString();
        }
        assertThat(seen).hasSize(15).doesNotHaveDuplicates();
    }

    @Test
    void explain_clientWithATemplate_itsServer() throws Exception {
        director.editService(VirtualService.builder(WEB)
                .scheduler("wlc")
                .persistence(new Persistence(100, 0xffffff00, null))
                .build());
        open(1);
        String held = director.templates().get(0).server().toString();

        JsonObject known = client.json("/api/v1/explain?client=10.9.0.77:5000&virtual=10.0.0.1:80");
        assertThat(known.get("reason").getAsString()).isEqualTo("template");
        assertThat(known.get("server").getAsString()).isEqualTo(held);
        JsonObject unknown = client.json("/api/v1/explain?client=10.9.1.77:5000&virtual=10.0.0.1:80");
        assertThat(unknown.get("reason").getAsString()).isEqualTo("scheduler");
        assertThat(unknown.get("server").getAsString()).isNotEqualTo(held);
        assertThat(unknown.getAsJsonArray("candidates")).hasSize(2);
    }

    @Test
    void reload_nothingToReload_notImplemented() throws Exception {
        assertThat(client.change("POST", "/api/v1/reload", null).statusCode()).isEqualTo(501);
    }
}
