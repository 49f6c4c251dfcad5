package org.lvs4j.examples.standalone.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

class JsonListingTest {
    private static final String RULES = """
            -A -t 172.16.0.1:80 -s wrr
            -a -t 172.16.0.1:80 -r 10.0.0.12:8080 -m -w 2 -x 100 -y 50
            -a -t 172.16.0.1:80 -r 10.0.0.11:8080 -m -w 2147483647
            -a -t 172.16.0.1:80 -r 10.0.0.13:8080 -m -w 1
            -A -t 10.0.0.1:443 -s sh -b sh-fallback,sh-port -p 300 -M 255.255.255.0
            -a -t 10.0.0.1:443 -r 10.0.0.11:443 -i --tun-type gue --tun-port 6080 --tun-remcsum -w 3
            -a -t 10.0.0.1:443 -r 10.0.0.12:443 -i --tun-type gre --tun-csum
            -a -t 10.0.0.1:443 -r 10.0.0.14:443 -i
            -A -u 10.0.0.1:5060 -s rr -p 60 --pe sip -o
            -a -u 10.0.0.1:5060 -r 10.0.0.11:5060 -g
            -A -t [fd00::1]:80 -s mh -b flag-1 -p 360 -M 64
            -a -t [fd00::1]:80 -r [fd00::11]:80 -m
            -A -f 4000000000 -s wlc
            -a -f 4000000000 -r 10.0.0.11:0 -g
            -A -f 7 -6 -s lblcr
            """;

    private final AtomicLong clock = new AtomicLong(1_000_000_000);
    private final Director director = Director.builder().ticker(clock::get).build();

    @BeforeEach
    void fill() throws RuleException {
        Rules.parse(RULES, "test").applyTo(director);
        director.setTimeouts(new TimeoutSettings(901, 121, 301));
        for (int i = 0; i < 40; i++) {
            open("192.0.2.1:" + (2000 + i), "172.16.0.1:80", i);
            open("198.51.100." + i + ":3000", "10.0.0.1:443", i);
            open("[fd00:1::" + i + "]:3000", "[fd00::1]:80", i);
        }
        director.drain(Endpoint.parse("10.0.0.13:8080"), DrainOptions.within(Duration.ofMinutes(5)));
        for (int i = 0; i < 5; i++) {
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            director.advance();
        }
    }

    private void open(String client, String virtual, int number) {
        Connection connection = director.open(Flow.of(Protocol.TCP, Endpoint.parse(client), Endpoint.parse(virtual)));
        connection.established();
        connection.received(100_000L * number);
        connection.sent(10_000_000L * number);
        if (number % 3 == 0) {
            connection.close();
        }
    }

    private JsonObject json(String line) throws Exception {
        StringBuilder text = new StringBuilder();
        assertThat(JsonListing.print(director, RuleParser.parse(List.of(line.split(" "))), text))
                .isTrue();
        assertThat(text.toString()).matches("[^\n]*\n");
        return JsonParser.parseString(text.toString()).getAsJsonObject();
    }

    private String text(String line) throws RuleException {
        return Listing.of(director, RuleParser.parse(List.of(line.split(" ")))).orElseThrow();
    }

    /** The text follows from the JSON alone, so that nothing is missing there, and all of it is exact. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-L -n",
                "-L -n --nosort",
                "-L -n --stats --exact",
                "-L -n --rate --exact",
                "-L -n --thresholds",
                "-L -n --persistent-conn",
                "-L -n --tun-info",
                "-L -n -t 10.0.0.1:443",
                "-L -n -f 7 -6 --stats --exact"
            })
    void services_everyForm_textFollowsFromJson(String line) throws Exception {
        RuleCommand.ListServices list = (RuleCommand.ListServices) RuleParser.parse(List.of(line.split(" ")));

        assertThat(new ListingFromJson(list.columns(), list.only() == null).services(json(line)))
                .isEqualTo(text(line));
    }

    @Test
    void services_figures_notAllZero() throws Exception {
        assertThat(text("-L -n --rate --exact")).containsPattern("172.16.0.1:80 +[1-9][0-9]* ");
        assertThat(text("-L -n --stats --exact")).contains(" 7800000000\n");
        assertThat(text("-L -n --persistent-conn")).containsPattern("10.0.0.1[124]:443 +[0-9] +[1-9]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-L -n -c", "-L -n -c --persistent-conn"})
    void connections_everyForm_textFollowsFromJson(String line) throws Exception {
        RuleCommand.ListConnections list = (RuleCommand.ListConnections) RuleParser.parse(List.of(line.split(" ")));

        assertThat(ListingFromJson.connections(json(line), list.engineData())).isEqualTo(text(line));
        assertThat(text(line)).contains("ESTABLISHED", "TIME_WAIT", "ASSURED");
    }

    @Test
    void timeoutsAndDaemons_sameAsText() throws Exception {
        assertThat(json("-L --timeout")).hasToString("{\"timeoutSeconds\":{\"tcp\":901,\"tcpFin\":121,\"udp\":301}}");
        assertThat(text("-L --timeout")).isEqualTo("Timeout (tcp tcpfin udp): 901 121 301\n");
        assertThat(json("-L --daemon")).hasToString("{\"daemons\":[]}");
        assertThat(text("-L --daemon")).isEmpty();
    }

    @Test
    void services_figureBeyondSignedNumbers_sameAsText() throws Exception {
        Connection connection =
                director.open(Flow.of(Protocol.TCP, Endpoint.parse("192.0.2.9:9"), Endpoint.parse("172.16.0.1:80")));
        connection.sent(Long.MAX_VALUE);
        connection.sent(3);

        assertThat(text("-L -n --stats --exact")).contains(" 92233720");
        assertThat(new ListingFromJson(RuleCommand.Columns.STATS, true).services(json("-L --stats")))
                .isEqualTo(text("-L -n --stats --exact"));
    }

    @Test
    void noListingOrNoService_nothingPrinted() throws Exception {
        StringBuilder text = new StringBuilder();

        assertThat(JsonListing.print(director, new RuleCommand.Clear(), text)).isFalse();
        assertThatThrownBy(
                        () -> JsonListing.print(director, RuleParser.parse(List.of("-L", "-t", "10.0.0.9:80")), text))
                .isInstanceOf(RuleException.class);
        assertThat(text).isEmpty();
    }

    /** The names are those of openapi.json: the admin endpoint answers with the same objects, and entity tags. */
    @Test
    @Tag("slow")
    void services_adminEndpoint_sameObjects() throws Exception {
        JsonArray theirs;
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            URI uri = URI.create(admin.address() + "/api/v1/services");
            theirs = JsonParser.parseString(HttpClient.newHttpClient()
                            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .getAsJsonObject()
                    .getAsJsonArray("services");
        }
        JsonArray ours = json("-L").getAsJsonArray("services");
        List<JsonElement> sorted = ours.asList().stream()
                .sorted(Comparator.comparing(
                        each -> each.getAsJsonObject().get("id").getAsString()))
                .toList();

        assertThat(sorted.stream().map(JsonListingTest::sortedServers))
                .isEqualTo(theirs.asList().stream()
                        .map(JsonListingTest::sortedServers)
                        .toList());
    }

    private static JsonObject sortedServers(JsonElement element) {
        JsonObject service = element.getAsJsonObject();
        List<JsonElement> servers =
                new ArrayList<>(service.getAsJsonArray("servers").asList());
        servers.add(service);
        servers.forEach(each -> each.getAsJsonObject().getAsJsonObject("status").remove("etag"));
        servers.remove(service);
        JsonArray sorted = new JsonArray();
        servers.stream()
                .sorted(Comparator.comparing(
                        each -> each.getAsJsonObject().get("endpoint").getAsString()))
                .forEach(sorted::add);
        service.add("servers", sorted);
        return service;
    }
}
