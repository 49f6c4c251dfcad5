package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

class ServiceNamesTest {
    private static final ServiceNames NAMES = ServiceNames.parse("""
            # comment http 1/tcp
            http        8081/tcp        web  web2   # the first line counts
            http        8082/tcp
            also        8081/tcp
            http\t8083/udp
            shell       514/tcp         cmd syslog
            syslog      514/udp
            apple       4/ddp
            broken
            broken2     x/tcp
            broken3     65536/tcp
            broken4     5
            80          7777/tcp
            with:colon  7778/tcp
            caf\u00e9   7779/tcp
            alias       9001/tcp        later
            later       9002/tcp
            """);

    @ParameterizedTest
    @CsvSource({
        "http, TCP, 8081",
        "web, TCP, 8081",
        "web2, TCP, 8081",
        "also, TCP, 8081",
        "http, UDP, 8083",
        "syslog, TCP, 514",
        "syslog, UDP, 514",
        "cmd, UDP, -1",
        "apple, TCP, -1",
        "broken, TCP, -1",
        "broken2, TCP, -1",
        "broken3, TCP, -1",
        "broken4, TCP, -1",
        "comment, TCP, -1",
        "HTTP, TCP, -1",
        "zabbix-agent, TCP, 10050",
        "s1-control, SCTP, 36412"
    })
    void port_nameOfProtocol_firstLineOrTableOfThisLibrary(String name, Protocol protocol, int port) {
        assertThat(NAMES.port(name, protocol)).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:8081, TCP, 10.0.0.1:http",
        "'[fd00::1]:8081', TCP, '[fd00::1]:http'",
        "10.0.0.1:8083, UDP, 10.0.0.1:http",
        "10.0.0.1:514, TCP, 10.0.0.1:shell",
        "10.0.0.1:8081, UDP, 10.0.0.1:8081",
        "10.0.0.1:8081, , 10.0.0.1:8081",
        "10.0.0.1:0, TCP, 10.0.0.1:0",
        // Not read as the same port again.
        "10.0.0.1:8082, TCP, 10.0.0.1:8082",
        "10.0.0.1:7777, TCP, 10.0.0.1:7777",
        "10.0.0.1:7778, TCP, 10.0.0.1:7778",
        "10.0.0.1:7779, TCP, 10.0.0.1:7779",
        "10.0.0.1:9002, TCP, 10.0.0.1:9002",
        // In the table of this library only: the C library does not know it.
        "10.0.0.1:10050, TCP, 10.0.0.1:10050"
    })
    void print_endpoint_nameThatIsReadAsTheSamePort(String endpoint, Protocol protocol, String printed) {
        assertThat(NAMES.print(Endpoint.parse(endpoint), protocol)).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource({
        "htp, TCP, http",
        "htpt, TCP, http",
        "HTTP, TCP, http",
        "zabix-agnet, TCP, zabbix-agent",
        "postgres-sql, TCP, postgresql",
        "domian, UDP, domain",
        "nothing-like-it-at-all, TCP, ",
        "q, SCTP, "
    })
    void nearest_unknownName_mostSimilarOrNone(String name, Protocol protocol, String nearest) {
        assertThat(NAMES.nearest(name, protocol)).isEqualTo(nearest);
    }

    @ParameterizedTest
    @CsvSource({
        "http, TCP, 80",
        "www, TCP, 80",
        "redis, TCP, 6379",
        "rsync, TCP, 873",
        "ms-sql-s, TCP, 1433",
        "amqp, TCP, 5672",
        "xmpp-client, TCP, 5222",
        "zabbix-agent, TCP, 10050",
        "gsiftp, TCP, 2811",
        "submissions, TCP, 465",
        "openvpn, UDP, 1194",
        "radius-acct, UDP, 1813",
        "bootps, UDP, 67",
        "imap, TCP, 143",
        "imap2, TCP, 143",
        "kerberos, UDP, 88",
        "sunrpc, TCP, 111",
        "ldaps, TCP, 636",
        "sip-tls, TCP, 5061",
        "http-alt, TCP, 8080",
        "postgresql, TCP, 5432",
        "ntp, UDP, 123",
        "tftp, UDP, 69",
        "syslog, UDP, 514",
        "nfs, TCP, 2049",
        "mysql, TCP, 3306",
        "git, TCP, 9418",
        "domain-s, UDP, 853"
    })
    void builtIn_namesThatAreSaved_known(String name, Protocol protocol, int port) {
        ServiceNames none = ServiceNames.parse("");
        assertThat(none.port(name, protocol)).isEqualTo(port);
    }

    @Test
    void parse_savedWithNames_portsOfTheProtocols() throws RuleException {
        Rules rules = Rules.parse("""
                -A -t 192.0.2.1:http -s rr
                -a -t 192.0.2.1:http -r 10.0.0.1:https -m -w 1
                -A -u 192.0.2.1:openvpn -s rr
                -A -u [fd00::1]:radius-acct -s rr
                -A --sctp-service 192.0.2.1:s1-control -s rr
                -A -f 5 -s rr
                -a -f 5 -r 10.0.0.1:gsiftp -m -w 1
                """, "f");
        assertThat(rules.print()).isEqualTo("""
                -A -t 192.0.2.1:80 -s rr
                -a -t 192.0.2.1:80 -r 10.0.0.1:443 -m -w 1
                -A -u 192.0.2.1:1194 -s rr
                -A -u [fd00::1]:1813 -s rr
                -A --sctp-service 192.0.2.1:36412 -s rr
                -A -f 5 -s rr
                -a -f 5 -r 10.0.0.1:2811 -m -w 1
                """);
    }

    @Test
    void parse_unknownName_errorNamesTheNearest() {
        assertThatThrownBy(() -> Rules.parse("-A -t 192.0.2.1:htps -s rr", "f"))
                .hasMessage("f:1:7: illegal virtual server address[:port] specified '192.0.2.1:htps'; expected"
                        + " a port within 0..65535 or a well-known name of TCP such as https after ':'");
    }

    @Test
    void print_namesOfTheSystem_readAsTheSameAgain() throws RuleException, IOException {
        StringBuilder text = new StringBuilder();
        for (int port = 1; port < 12_000; port++) {
            text.append("-A -t 192.0.2.1:")
                    .append(port)
                    .append("\n-A -u [fd00::1]:")
                    .append(port)
                    .append('\n');
        }
        Rules rules = Rules.parse(text.toString(), "f");
        StringBuilder named = new StringBuilder();
        rules.print(false, named);
        assertThat(named).contains("-A -t 192.0.2.1:http -s wlc\n", "-A -u [fd00::1]:domain -s wlc\n");
        assertThat(Rules.parse(named.toString(), "named")).isEqualTo(rules);
    }

    @Test
    void listing_withoutNumeric_namesOfPorts() throws RuleException {
        Director director = Director.create();
        Rules.parse("""
                -A -t 192.0.2.1:80 -s rr
                -a -t 192.0.2.1:80 -r 10.0.0.1:443 -m
                -A -f 5 -s rr
                -a -f 5 -r 10.0.0.1:80 -m
                """, "f").applyTo(director);
        RuleCommand list = RuleParser.parse(List.of("-L"));
        assertThat(Listing.of(director, list).orElseThrow().lines().skip(3))
                .containsExactly(
                        "TCP  192.0.2.1:http rr",
                        "  -> 10.0.0.1:https               Masq    1      0          0         ",
                        "FWM  5 rr",
                        "  -> 10.0.0.1:80                  Masq    1      0          0         ");
    }
}
