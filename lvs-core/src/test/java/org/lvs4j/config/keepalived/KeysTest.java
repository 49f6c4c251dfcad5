package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.config.keepalived.Reading.check;
import static org.lvs4j.config.keepalived.Reading.errors;
import static org.lvs4j.config.keepalived.Reading.only;
import static org.lvs4j.config.keepalived.Reading.onlyServer;
import static org.lvs4j.config.keepalived.Reading.read;
import static org.lvs4j.config.keepalived.Reading.server;
import static org.lvs4j.config.keepalived.Reading.service;
import static org.lvs4j.config.keepalived.Reading.warnings;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.config.keepalived.GlobalSettings.AtStop;
import org.lvs4j.config.keepalived.GlobalSettings.SyncDaemon;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.SmtpCheck;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The keys of each block: their values, ranges, defaults, and what they inherit. */
class KeysTest {
    private static final String SERVER = "real_server 198.51.100.11 80 {\n}\n";

    private static <T> T onlyCheck(Class<T> kind, String text) {
        return kind.cast(onlyServer(text).checks().get(0));
    }

    // ---- values that are out of range or malformed, at their place

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight 0|0",
                "quorum 0|0",
                "quorum x|x",
                "hysteresis -1|-1",
                "retry 0|0",
                "retry -1|-1",
                "persistence_timeout 0|0",
                "persistence_timeout 2678401|2678401",
                "persistence_timeout 1h|1h",
                "persistence_granularity 24|24",
                "persistence_engine http|http",
                "delay_loop 0|0",
                "delay_loop -1|-1",
                "delay_loop 1.1234567|1.1234567",
                "delay_loop .|.",
                "connect_timeout 4294.968|4294.968",
                "connect_timeout 0|0",
                "delay_before_retry 1s|1s",
                "warmup x|x",
                "lvs_sched foo|foo",
                "lvs_method tun|tun",
                "lb_kind FNAT|FNAT",
                "protocol ICMP|ICMP",
                "lvs_method TUN type|type",
                "lvs_method TUN type vxlan|vxlan",
                "lvs_method TUN port 5|TUN",
                "lvs_method TUN type ipip csum|TUN",
                "lvs_method TUN type gre remcsum|TUN",
                "lvs_method TUN type gue port 0|0",
                "smtp_alert maybe|maybe",
                "ip_family inet6|inet6",
                "sorry_server 198.51.100.9 x|x",
                "sorry_server host 80|host",
                "sorry_server_lvs_method DR|sorry_server_lvs_method",
                "mh-port|mh-port",
                "hashed|hashed",
                "nat_mask 255.0.0.0|nat_mask",
                "delay_lop 3|delay_lop",
                "alpha {|alpha"
            })
    void service_wrongValue_errorAtIt(String line, String token) {
        String closed = line.endsWith("{") ? line + " }" : line;
        assertThat(errors(service(closed)))
                .singleElement()
                .asString()
                .startsWith("5:")
                .endsWith(" " + (token.equals("type") ? "lvs_method" : token));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight 2147483648|2147483648",
                "weight -1|-1",
                "weight 0x5|0x5",
                "weight=5|weight=5",
                "lb_kind DR|lb_kind",
                "retry 0|0",
                "uthreshold x|x",
                "alpha maybe|maybe",
                "alpha TRUE|TRUE",
                "inhibit_on_failure 1|1",
                "TCP_CHEK { }|TCP_CHEK",
                "vrrp_instance x|vrrp_instance"
            })
    void server_wrongValue_errorAtIt(String line, String token) {
        assertThat(errors(server(line))).first().asString().startsWith("6:").endsWith(" " + token);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TCP_CHECK|connect_port 0|0",
                "TCP_CHECK|bind_port 65536|65536",
                "TCP_CHECK|connect_ip host|host",
                "TCP_CHECK|bindto 2001:db8::1|2001:db8::1",
                "TCP_CHECK|fwmark x|x",
                "TCP_CHECK|retry x|x",
                "TCP_CHECK|bind_if abcdefghijklmnop|abcdefghijklmnop",
                "TCP_CHECK|misc_path /x|misc_path",
                "HTTP_GET|http_protocol 2|2",
                "HTTP_GET|fast_recovery maybe|maybe",
                "DNS_CHECK|type PTR|PTR",
                "UDP_CHECK|payload 1g|1g",
                "UDP_CHECK|payload xx|xx",
                "UDP_CHECK|require_reply yy|yy",
                "UDP_CHECK|max_reply_length 65536|65536",
                "MISC_CHECK|misc_timeout 1.5|1.5",
                "MISC_CHECK|connect_timeout 3|connect_timeout",
                "FILE_CHECK|dynamic|dynamic",
                "FILE_CHECK|delay_loop 3|delay_loop",
                "BFD_CHECK|retry 3|retry"
            })
    void check_wrongValue_errorAtIt(String kind, String line, String token) {
        assertThat(errors(check(kind, line)))
                .first()
                .asString()
                .startsWith("7:")
                .endsWith(" " + token);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status_code 99|99", "status_code 600|600", "status_code 300-200|300-200", "status_code 2xx|2xx",
                "digest 12|12", "regex (|(", "regex_options foo|foo", "regex_options ungreedy|ungreedy",
                "regex_min_offset -1|-1", "regex_stack 5|regex_stack", "path \"\"|"
            })
    void url_wrongValue_errorAtIt(String line, String token) {
        assertThat(errors(check("HTTP_GET", "url {", "path /", line, "}")))
                .singleElement()
                .asString()
                .startsWith("9:")
                .endsWith((" " + (token == null ? "" : token)).stripTrailing());
    }

    @Test
    void url_severalWrongStatusCodes_eachAnError() {
        assertThat(errors(check("HTTP_GET", "url {", "path /", "status_code 99 200 6000", "}")))
                .containsExactly("9:13 99", "9:20 6000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"delay_loop", "lvs_sched", "quorum", "virtualhost", "sorry_server", "quorum_up", "protocol"})
    void service_valueMissing_errorAtTheKey(String key) {
        assertThat(errors(service(key))).containsExactly("5:1 " + key);
        assertThat(errors(service(key + " {", "5", "}"))).containsExactly("5:1 " + key);
    }

    @Test
    void incompleteChecks_errorAtTheEndOfTheBlock() {
        assertThat(errors(check("HTTP_GET", "retry 3"))).containsExactly("8:1 }");
        assertThat(errors(check("HTTP_GET", "url {", "}"))).containsExactly("8:1 }", "9:1 }");
        assertThat(errors(check("MISC_CHECK", "retry 3"))).containsExactly("8:1 }");
        assertThat(errors(check("FILE_CHECK", "weight 3"))).containsExactly("8:1 }");
        assertThat(errors(check("BFD_CHECK"))).containsExactly("7:1 }");
        assertThat(errors("track_file a {\nweight 1\n}\n")).containsExactly("3:1 }");
    }

    @Test
    void bfd_knownInstance_refusedByName() {
        assertThat(errors("bfd_instance b {\n}\n" + check("BFD_CHECK", "name b")))
                .containsExactly("9:6 b");
        assertThat(errors("SSL {\nca x\n}\n")).containsExactly("1:1 SSL");
    }

    // ---- what belongs together

    @Test
    void service_withoutServer_errorAtItsBeginning() {
        assertThat(errors(service().replaceAll("(?s)real_server.*?}", ""))).containsExactly("1:1 virtual_server");
    }

    @Test
    void service_twice_errorAtTheSecond() {
        assertThat(errors(service() + service())).containsExactly("8:1 virtual_server");
        assertThat(errors(service() + service().replace("TCP", "UDP"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4294967296", "0x30", "x"})
    void fwmark_wrong_error(String mark) {
        assertThat(errors("virtual_server fwmark " + mark + " {\nlvs_sched rr\nlvs_method NAT\n" + SERVER + "}\n"))
                .containsExactly("1:23 " + mark);
    }

    @Test
    void fwmark_familyOfItsServersOrGiven() {
        String mark = "virtual_server fwmark 5 {\nlvs_sched rr\nlvs_method %s\n%sreal_server 2001:db8::1 {\n}\n}\n";
        assertThat(only(mark.formatted("NAT", "")).services().get(0).key()).hasToString("FWM 5 IPv6");
        assertThat(only(mark.formatted("TUN", "ip_family inet\n"))
                        .services()
                        .get(0)
                        .key())
                .hasToString("FWM 5");
        assertThat(errors(mark.formatted("NAT", "ip_family inet\n"))).contains("6:1 }");
        assertThat(errors(mark.formatted("NAT", "protocol TCP\n"))).containsExactly("1:1 virtual_server");
        assertThat(errors(mark.formatted("NAT", "ha_suspend\n"))).containsExactly("1:1 virtual_server");
        assertThat(warnings(mark.formatted("NAT", ""))).isEmpty();
    }

    @Test
    void defaults_withoutProtocolSchedulerMethodAndPort_warnings() {
        String text = "virtual_server 192.0.2.1 {\n" + SERVER + "}\n";
        VirtualService service = only(text).services().get(0);
        assertThat(service.key()).isEqualTo(ServiceKey.udp("192.0.2.1:0"));
        assertThat(service.scheduler()).isEqualTo("wlc");
        assertThat(service.persistence()).isEqualTo(Persistence.of(service.key().family(), 360));
        assertThat(warnings(text)).hasSize(4).allMatch(each -> each.startsWith("a.conf:1:1: no "));
    }

    @Test
    void persistence_granularityAlone_360Seconds() {
        Persistence persistence = Objects.requireNonNull(only(service("persistence_granularity 255.255.0.255"))
                .services()
                .get(0)
                .persistence());
        assertThat(persistence).isEqualTo(new Persistence(360, 0xFFFF00FF, null));
        assertThat(only(service("persistence_timeout")).services().get(0).persistence())
                .isEqualTo(new Persistence(360, -1, null));
    }

    @Test
    void ports_withoutNat_thoseOfTheService() {
        String text = service("lvs_method DR").replace("11 80", "11 8080");
        assertThat(errors(text)).containsExactly("6:5 real_server");
        assertThat(errors(text.replace("11 8080", "11"))).isEmpty();
        assertThat(errors(service("sorry_server 198.51.100.9 81", "sorry_server_lvs_method DR")))
                .containsExactly("1:1 virtual_server");
    }

    @Test
    void servers_twiceOrOfAnotherFamily_error() {
        assertThat(errors(service(SERVER))).containsExactly("8:5 real_server");
        assertThat(errors(service("real_server 2001:db8::1 80 {", "}"))).containsExactly("6:1 }");
        assertThat(errors(service("real_server 2001:db8::1 80 {", "lvs_method TUN", "}")))
                .isEmpty();
        assertThat(errors(service("sorry_server 2001:db8::1 80"))).containsExactly("8:1 }");
    }

    @Test
    void quorum_aboveTheWeight_errorAndLoweredIfTolerant() throws KeepalivedException {
        assertThat(errors(service("quorum 2"))).containsExactly("1:1 virtual_server");
        assertThat(errors(service("hysteresis 1"))).containsExactly("1:1 virtual_server");
        MonitoredService tolerant = KeepalivedFile.parse(
                        "a.conf", service("quorum 3", "hysteresis 5"), KeepalivedOptions.DEFAULT.asTolerant())
                .health()
                .services()
                .get(0);
        assertThat(tolerant.quorum().weight()).isEqualTo(1);
        assertThat(tolerant.quorum().hysteresis()).isZero();
    }

    @Test
    void programs_givenTwice_error() {
        assertThat(errors(service("quorum_up /a", "quorum_up /b", "quorum_down /a", "quorum_down /b")))
                .containsExactly("6:1 quorum_up", "8:1 quorum_down");
        assertThat(errors(server("notify_up /a", "notify_up /b", "notify_down /a", "notify_down /b")))
                .containsExactly("7:1 notify_up", "9:1 notify_down");
    }

    // ---- groups

    private static List<String> addresses(String member) {
        return only("virtual_server_group G {\n" + member + "\n}\n"
                        + service("lvs_method TUN").replace("192.0.2.1 80", "group G"))
                .services()
                .stream()
                .map(each -> each.key().toString())
                .toList();
    }

    @Test
    void group_everyForm_oneServicePerAddress() {
        assertThat(addresses("192.0.2.254-192.0.3.1 80"))
                .containsExactly("TCP 192.0.2.254:80", "TCP 192.0.2.255:80", "TCP 192.0.3.0:80", "TCP 192.0.3.1:80");
        assertThat(addresses("192.0.2.9/30 80"))
                .containsExactly("TCP 192.0.2.8:80", "TCP 192.0.2.9:80", "TCP 192.0.2.10:80", "TCP 192.0.2.11:80");
        assertThat(addresses("2001:db8::fe-100 80"))
                .containsExactly("TCP [2001:db8::fe]:80", "TCP [2001:db8::ff]:80", "TCP [2001:db8::100]:80");
        assertThat(addresses("fwmark 7 inet\nfwmark 8 inet6\n192.0.2.1 80\nfwmark 9"))
                .containsExactly("FWM 7", "FWM 8 IPv6", "TCP 192.0.2.1:80", "FWM 9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.9-3",
                "192.0.2.9-300",
                "192.0.2.9-",
                "192.0.2.0/33",
                "192.0.2.0/0",
                "192.0.2.0/x",
                "10.0.0.0/8",
                "10.0.0.0-10.9.0.0",
                "host",
                "192.0.2.1-2001:db8::1",
                "2001:db8::1-fffff"
            })
    void group_wrongMember_error(String member) {
        assertThat(errors("virtual_server_group G {\n192.0.2.77 80\n" + member + " 80\n}\n"))
                .containsExactly("3:1 " + member);
    }

    @Test
    void group_emptyUnknownOrTwice_oneError() {
        String use = service().replace("192.0.2.1 80", "group G");
        assertThat(errors("virtual_server_group G {\n}\n" + use)).containsExactly("1:1 virtual_server_group");
        assertThat(errors(use)).containsExactly("1:1 G");
        String group = "virtual_server_group G {\n192.0.2.1 80\n}\n";
        assertThat(errors(use + group)).isEmpty();
        assertThat(errors(use + group + group)).containsExactly("11:22 G");
    }

    @Test
    void group_bothFamilies_tunnelsEverywhere() {
        String text = "virtual_server_group G {\n192.0.2.1 80\n2001:db8::1 80\n}\n"
                + service().replace("192.0.2.1 80", "group G");
        assertThat(errors(text)).containsExactly("5:1 virtual_server");
        assertThat(errors(text.replace("NAT", "TUN"))).isEmpty();
    }

    // ---- checks and what they inherit

    @Test
    void schedule_nothingSet_defaultsOfEachKind() {
        CheckSchedule minute = CheckSchedule.builder().build();
        assertThat(onlyCheck(TcpCheck.class, check("TCP_CHECK")).schedule()).isEqualTo(minute);
        assertThat(onlyCheck(HttpCheck.class, check("SSL_GET", "url { path / }"))
                        .schedule()
                        .retryInterval())
                .isEqualTo(Duration.ofSeconds(3));
        DnsCheck dns = onlyCheck(DnsCheck.class, check("DNS_CHECK", "delay_loop 7"));
        assertThat(dns.schedule().retries()).isEqualTo(3);
        assertThat(dns.schedule().retryInterval()).isEqualTo(Duration.ofSeconds(7));
        assertThat(dns.schedule().warmup()).isEqualTo(Duration.ofSeconds(7));
        assertThat(onlyCheck(MiscCheck.class, check("MISC_CHECK", "misc_path /x"))
                        .schedule()
                        .retries())
                .isZero();
    }

    @Test
    void inheritance_checkBeforeServerBeforeService() {
        String all = """
                virtual_server 192.0.2.1 80 {
                real_server 198.51.100.11 80 {
                delay_loop 2
                alpha off
                TCP_CHECK {
                delay_loop 1.5
                }
                TCP_CHECK {
                }
                }
                real_server 198.51.100.12 80 {
                MISC_CHECK {
                misc_path /x
                }
                }
                lvs_sched rr
                lvs_method NAT
                protocol TCP
                delay_loop .25
                retry 9
                connect_timeout 3.
                alpha
                }
                """;
        List<NetworkCheck> checks = only(all).servers().get(0).checks().stream()
                .map(NetworkCheck.class::cast)
                .toList();
        assertThat(checks)
                .extracting(each -> each.schedule().interval())
                .containsExactly(Duration.ofMillis(1500), Duration.ofSeconds(2));
        assertThat(checks)
                .allMatch(each ->
                        each.schedule().retries() == 9 && !each.schedule().alpha());
        assertThat(checks).allMatch(each -> each.target().timeout().equals(Duration.ofSeconds(3)));
        MiscCheck misc = (MiscCheck) only(all).servers().get(1).checks().get(0);
        assertThat(misc.timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(misc.schedule().alpha()).isTrue();
    }

    @Test
    void inheritance_virtualHost_urlCheckServerService() {
        String text = service("virtualhost vs").replace("real_server 198.51.100.11 80 {\n", """
                real_server 198.51.100.11 80 {
                HTTP_GET {
                url { path /1
                virtualhost url
                }
                url { path /2 }
                %s
                }
                %s
                """);
        assertThat(((HttpCheck) onlyServer(text.formatted("virtualhost chk", "virtualhost rs"))
                                .checks()
                                .get(0))
                        .pages())
                .extracting("virtualHost")
                .containsExactly("url", "chk");
        assertThat(((HttpCheck) onlyServer(text.formatted("", "virtualhost rs"))
                                .checks()
                                .get(0))
                        .pages())
                .extracting("virtualHost")
                .containsExactly("url", "rs");
        assertThat(((HttpCheck) onlyServer(text.formatted("", "")).checks().get(0)).pages())
                .extracting("virtualHost")
                .containsExactly("url", "vs");
    }

    @Test
    void target_everyKey_set() {
        ProbeTarget target = onlyCheck(
                        TcpCheck.class,
                        check(
                                "TCP_CHECK",
                                "connect_ip 2001:db8::1",
                                "connect_port 81",
                                "bindto 2001:db8::2",
                                "bind_port 9",
                                "bind_if eth0",
                                "fwmark 4294967295",
                                "connect_timeout 0.5"))
                .target();
        assertThat(target.toString())
                .isEqualTo(
                        "ProbeTarget[endpoint=[2001:db8::1]:81, source=2001:db8::2, sourcePort=9, device=eth0, mark=-1,"
                                + " timeout=PT0.5S]");
        assertThat(errors(check("TCP_CHECK", "bindto 192.0.2.9", "connect_ip 2001:db8::1")))
                .containsExactly("8:12 2001:db8::1");
    }

    @Test
    void udp_hexadecimal_pairsAndLoneDigits() {
        UdpCheck udp = onlyCheck(
                UdpCheck.class,
                check("UDP_CHECK", "payload 12Fa f 3 \"ff 0\"", "require_reply x1 2x x", "min_reply_length 2"));
        assertThat(udp.payload()).isEqualTo("12fa0f03ff00");
        assertThat(udp.reply()).isEqualTo("x12x0x");
        assertThat(onlyCheck(UdpCheck.class, check("UDP_CHECK", "require_reply"))
                        .reply())
                .isEmpty();
        assertThat(errors(check("UDP_CHECK", "min_reply_length 9", "max_reply_length 3")))
                .containsExactly("9:1 }");
    }

    @Test
    void smtp_hosts_eachAChecks() {
        String hosts = check(
                "SMTP_CHECK",
                "helo_name \"a b\"",
                "host {",
                "connect_port 26",
                "}",
                "host {",
                "connect_ip 198.51.100.77",
                "}",
                "%s");
        assertThat(onlyServer(hosts.replace("%s", "")).checks())
                .extracting(each -> ((SmtpCheck) each).target().endpoint().toString())
                .containsExactly("198.51.100.11:26", "198.51.100.77:80");
        assertThat(onlyServer(hosts.replace("%s", "connect_timeout 2")).checks())
                .hasSize(3)
                .allMatch(each -> ((SmtpCheck) each).target().timeout().equals(Duration.ofSeconds(2)))
                .allMatch(each -> ((SmtpCheck) each).heloName().equals("a b"));
    }

    @Test
    void file_weights_ownOrThatOfTheFile() {
        String file = "track_file f {\nfile /run/f\nweight -3 reverse\ninit_file 4 overwrite\n}\n";
        FileCheck check = onlyCheck(FileCheck.class, file + check("FILE_CHECK", "track_file f"));
        assertThat(check.weight()).isEqualTo(-3);
        assertThat(check.reverse()).isTrue();
        assertThat(Objects.requireNonNull(check.file().initial()).overwrite()).isTrue();
        assertThat(onlyCheck(FileCheck.class, file + check("FILE_CHECK", "track_file f", "weight 0 noreverse"))
                        .reverse())
                .isFalse();
        assertThat(errors(check("FILE_CHECK", "track_file f") + file)).containsExactly("7:12 f", "8:1 }");
    }

    @Test
    void dns_typesInAnyCase_read() {
        DnsCheck dns = onlyCheck(DnsCheck.class, check("DNS_CHECK", "type dnskey", "name example.org."));
        assertThat(dns.type()).isEqualTo(DnsCheck.RecordType.DNSKEY);
        assertThat(errors(check("DNS_CHECK", "name a..b"))).containsExactly("7:6 a..b");
        assertThat(errors(check("DNS_CHECK", "name a", "name b"))).containsExactly("8:6 b");
    }

    // ---- global settings

    @Test
    void globals_everyKey_set() {
        GlobalSettings globals = read("""
                global_defs {
                lvs_timeouts tcp 7 tcpfin 8 udp 9
                lvs_sync_daemon eth0 VI_1 id 3 maxlen 1000 port 5 ttl 6 group 224.0.0.82
                lvs_flush
                lvs_flush_on_stop VS
                lvs_notify_fifo /run/f
                notify_fifo /run/g
                script_user one two
                lvs_notify_fifo_script "/s x"
                vrrp_whatever 3
                }
                """).globals();
        assertThat(globals.timeouts().tcpFin()).isEqualTo(8);
        assertThat(globals.syncDaemon())
                .isEqualTo(new SyncDaemon("eth0", "VI_1", 3, 1000, 5, 6, IpAddress.parse("224.0.0.82")));
        assertThat(globals.flushAtStart()).isTrue();
        assertThat(globals.atStop()).isEqualTo(AtStop.SERVICES);
        assertThat(globals.notifyFifo()).isEqualTo("/run/f");
        assertThat(globals.commonFifo()).isEqualTo("/run/g");
        assertThat(Objects.requireNonNull(globals.notifyFifoScript()).user()).isEqualTo("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VI_1 id 3", "inst VI_1 id 3", "id 3 inst VI_1"})
    void syncDaemon_instance_withAndWithoutItsWord(String words) {
        GlobalSettings globals =
                read("global_defs {\nlvs_sync_daemon eth0 " + words + "\n}\n").globals();
        assertThat(globals.syncDaemon()).isEqualTo(new SyncDaemon("eth0", "VI_1", 3, 0, 0, 0, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lvs_id x|2:1 lvs_id",
                "lvs_timeouts tcp|2:14 tcp",
                "lvs_timeouts tcp 0|2:18 0",
                "lvs_timeouts foo 3|2:14 foo",
                "lvs_sync_daemon|2:1 lvs_sync_daemon",
                "lvs_sync_daemon e id 256|2:22 256",
                "lvs_sync_daemon e group 10.0.0.1|2:25 10.0.0.1",
                "lvs_flush_on_stop all|2:19 all",
                "checker_log_all_failures maybe|2:26 maybe",
                "vrrp_gna_interval 0|2:19 0",
                "routr_id x|2:1 routr_id"
            })
    void globals_wrong_error(String line, String error) {
        assertThat(errors("global_defs {\n" + line + "\n}\n")).containsExactly(error);
    }

    @Test
    void globals_withoutEffect_listedOnce() {
        KeepalivedConfiguration read = read(
                "global_defs {\nrouter_id A\nrouter_id B\nsmtp_alert off\n}\n" + service("smtp_alert", "snmp_name x"));
        assertThat(read.withoutEffect())
                .extracting(Remark::line, Remark::text)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2, "router_id has no effect on balancing"),
                        org.assertj.core.groups.Tuple.tuple(4, "smtp_alert has no effect on balancing"),
                        org.assertj.core.groups.Tuple.tuple(11, "snmp_name has no effect on balancing"));
    }

    // ---- what is ours

    @Test
    void ours_everyWord_setAndPrinted() throws KeepalivedException {
        String text = service(
                        "#lvs4j slow-start=90s scheduler=peak-ewma rise=2",
                        "#lvs4j passive-failures=3 passive-ejection=5s passive-longest=1m passive-percent=30")
                .replace(
                        "real_server 198.51.100.11 80 {\n",
                        "real_server 198.51.100.11 80 {\nTCP_CHECK {\n#lvs4j fall=4\n}\n");
        MonitoredService service = only(text);
        assertThat(service.services().get(0).slowStart()).isEqualTo(Duration.ofSeconds(90));
        assertThat(service.services().get(0).scheduler()).isEqualTo("peak-ewma");
        assertThat(service.passiveCheck())
                .isEqualTo(new PassiveCheck(3, Duration.ofSeconds(5), Duration.ofMinutes(1), 30));
        CheckSchedule schedule = ((TcpCheck) service.servers().get(0).checks().get(0)).schedule();
        assertThat(schedule.rise()).isEqualTo(2);
        assertThat(schedule.fall()).isEqualTo(4);

        String printed = Conversion.toKeepalived(read(text)).text();
        assertThat(Conversion.toKeepalived(read(printed)).text()).isEqualTo(printed);
        assertThat(only(printed).passiveCheck()).isEqualTo(service.passiveCheck());
        assertThat(only(printed).services()).isEqualTo(service.services());
        assertThat(only(printed).servers()).isEqualTo(service.servers());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"'',-", "=0s,PT0S", "=500ms,PT0.5S", "=30s,PT30S", "=24h,PT24H"})
    void ours_releaseOnFailure_setAndPrinted(String value, Duration over) throws KeepalivedException {
        String word = "release-on-failure" + value;
        ReleaseOnFailure expected = new ReleaseOnFailure(over);
        String text = service("#lvs4j rise=2 " + word);
        assertThat(only(text).releaseOnFailure()).isEqualTo(expected);

        String printed = Conversion.toKeepalived(read(text)).text();
        assertThat(printed).containsPattern("#lvs4j release-on-failure(=|\n)");
        assertThat(only(printed).releaseOnFailure()).isEqualTo(expected);
        assertThat(Conversion.toKeepalived(read(printed)).text()).isEqualTo(printed);
        assertThat(Conversion.toRules(read(text)).lost()).anyMatch(lost -> lost.contains("the release of clients"));
        assertThat(only(service("")).releaseOnFailure()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#lvs4j|5:1 #lvs4j",
                "#lvs4j slow-strt=3s|5:8 slow-strt=3s",
                "#lvs4j slow-start=3|5:19 3",
                "#lvs4j slow-start=25h|5:19 25h",
                "#lvs4j rise=0|5:13 0",
                "quorum 1 #lvs4j rise=1|5:10 #lvs4j",
                "#lvs4j release-on-failure=30|5:27 30",
                "#lvs4j release-on-failure=25h|5:27 25h",
                "#lvs4j release-on-failure=|5:8 release-on-failure=",
                "#lvs4j release-on-failur|5:8 release-on-failur"
            })
    void ours_wrong_error(String line, String error) {
        assertThat(errors(service(line))).containsExactly(error);
        assertThat(errors(service("#lvs4jx rise=0"))).isEmpty();
    }
}
