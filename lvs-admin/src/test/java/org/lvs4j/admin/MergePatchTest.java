package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** PATCH by RFC 7396: an object in an object is merged, too. */
final class MergePatchTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final ServiceKey WEB = ServiceKey.tcp("10.0.0.1:80");

    @Test
    void persistence_onlyTheTimeoutIsGiven_keepsNetmaskAndEngine() throws Exception {
        Director director = Director.create();
        director.addService(VirtualService.builder(WEB)
                .persistence(new Persistence(300, 0xffffff00, null))
                .build());

        JsonObject service = patch(director, "tcp:10.0.0.1:80", "{\"persistence\":{\"timeoutSeconds\":600}}");

        assertThat(service.getAsJsonObject("persistence"))
                .hasToString("{\"timeoutSeconds\":600,\"netmask\":\"255.255.255.0\",\"engine\":null}");
    }

    @Test
    void tunnel_onlyThePortIsGiven_keepsKindAndChecksum() throws Exception {
        Director director = Director.create();
        director.addService(
                VirtualService.of(WEB),
                RealServer.builder("192.168.1.1:80")
                        .forwarding(Forwarding.tunnel(
                                new Forwarding.Tunnel(Forwarding.Encapsulation.GUE, 6080, Forwarding.Checksum.FULL)))
                        .build());

        JsonObject server = patch(director, "tcp:10.0.0.1:80/servers/192.168.1.1:80", "{\"tunnel\":{\"port\":6081}}");

        assertThat(server.getAsJsonObject("tunnel"))
                .hasToString("{\"encapsulation\":\"gue\",\"port\":6081,\"checksum\":\"full\"}");
    }

    private static JsonObject patch(Director director, String path, String body) throws Exception {
        try (AdminServer admin =
                AdminServer.builder(director).listen("127.0.0.1:0").token(TOKEN).start()) {
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(admin.address() + "/api/v1/services/" + path))
                                    .header("Authorization", "Bearer " + TOKEN)
                                    .header("Content-Type", "application/merge-patch+json")
                                    .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JsonParser.parseString(response.body()).getAsJsonObject();
        }
    }
}
