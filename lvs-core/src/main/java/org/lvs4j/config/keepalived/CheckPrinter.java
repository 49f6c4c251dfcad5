package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.BodyPattern;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Script;
import org.lvs4j.health.SmtpCheck;
import org.lvs4j.health.UdpCheck;

/** Prints checks, each with all of its times, so that it takes nothing from its server or service. */
final class CheckPrinter {
    private final TextOutput output;
    private final List<String> lost;
    private final MonitoredService service;
    private final String name;

    /** The fractions of a second in the timeouts of programs: only the interval of the service can express one. */
    private final Set<Duration> fractions = new TreeSet<>();

    CheckPrinter(TextOutput output, List<String> lost, String name, MonitoredService service) {
        this.output = output;
        this.lost = lost;
        this.service = service;
        this.name = name;
        service.servers()
                .forEach(server -> server.checks().forEach(check -> {
                    if (check instanceof MiscCheck misc && !isWhole(misc.timeout())) {
                        fractions.add(misc.timeout());
                    }
                }));
    }

    private static boolean isWhole(Duration time) {
        return time.equals(Duration.ofSeconds(time.toSeconds()));
    }

    /** The interval of the service, which is the timeout of programs without one of their own. */
    void serviceTimes() {
        if (!fractions.isEmpty()) {
            output.line("delay_loop " + Values.seconds(fractions.iterator().next()));
            if (fractions.size() > 1) {
                lost.add(name + ": timeouts of programs with different fractions of a second");
            }
        }
    }

    void print(String where, Check check) {
        if (check instanceof GrpcCheck) {
            lost.add(where + ": a check by gRPC");
            return;
        }
        output.open(check.kind());
        if (check instanceof NetworkCheck network) {
            target(network.target());
            schedule(network.schedule());
        }
        if (check instanceof HttpCheck http) {
            http(where, http);
        } else if (check instanceof SmtpCheck smtp) {
            word(where, "helo_name", smtp.heloName());
        } else if (check instanceof DnsCheck dns) {
            output.line("type " + dns.type());
            word(where, "name", dns.name());
        } else if (check instanceof UdpCheck udp) {
            udp(udp);
        } else if (check instanceof MiscCheck misc) {
            schedule(misc.schedule());
            misc(where, misc);
        } else if (check instanceof FileCheck file) {
            output.line("track_file " + file.file().name());
            output.line("weight " + file.weight() + (file.reverse() ? " reverse" : ""));
        }
        output.close();
    }

    private void target(ProbeTarget target) {
        output.line("connect_ip " + target.endpoint().address());
        if (target.endpoint().port() != 0) {
            output.line("connect_port " + target.endpoint().port());
        }
        if (target.source() != null) {
            output.line("bindto " + target.source());
        }
        if (target.sourcePort() != 0) {
            output.line("bind_port " + target.sourcePort());
        }
        if (target.device() != null) {
            output.line("bind_if " + target.device());
        }
        if (target.mark() != 0) {
            output.line("fwmark " + Integer.toUnsignedString(target.mark()));
        }
        output.line("connect_timeout " + Values.seconds(target.timeout()));
    }

    private void schedule(CheckSchedule schedule) {
        output.line("delay_loop " + Values.seconds(schedule.interval()));
        output.line("retry " + schedule.retries());
        output.line("delay_before_retry " + Values.seconds(schedule.retryInterval()));
        output.line("warmup " + Values.seconds(schedule.warmup()));
        if (schedule.alpha() != service.alpha()) {
            output.line("alpha " + schedule.alpha());
        }
        output.flag("log_all_failures", schedule.logFailures());
        List<String> words = new ArrayList<>();
        if (schedule.rise() != 1) {
            words.add("rise=" + schedule.rise());
        }
        if (schedule.fall() != 1) {
            words.add("fall=" + schedule.fall());
        }
        output.ours(words);
    }

    private void word(String where, String key, @Nullable String value) {
        if (value != null) {
            String written = TextOutput.word(value);
            if (written == null) {
                lost.add(where + ": " + key + " with a double quote in its value");
            } else {
                output.line(key + " " + written);
            }
        }
    }

    private void http(String where, HttpCheck http) {
        switch (http.version()) {
            case HTTP_1_0 -> {}
            case HTTP_1_0_CLOSE -> output.line("http_protocol 1.0C");
            case HTTP_1_1 -> output.line("http_protocol 1.1");
        }
        output.flag("fast_recovery", http.fastRecovery());
        output.flag("enable_sni", http.serverName());
        http.pages().forEach(page -> page(where, page));
    }

    private void page(String where, HttpPage page) {
        output.open("url");
        word(where, "path", page.path());
        word(where, "virtualhost", page.virtualHost());
        if (page.digest() != null) {
            output.line("digest " + page.digest());
        }
        if (!page.statuses().isEmpty()) {
            StringBuilder codes = new StringBuilder("status_code");
            page.statuses()
                    .forEach(range -> codes.append(' ')
                            .append(range.first())
                            .append(range.first() == range.last() ? "" : "-" + range.last()));
            output.line(codes.toString());
        }
        if (page.pattern() != null) {
            pattern(where, page.pattern());
        }
        output.close();
    }

    private void pattern(String where, BodyPattern pattern) {
        output.line("regex " + TextOutput.rich(pattern.pattern().pattern()));
        String options = PatternDraft.optionsOf(pattern.pattern().flags());
        if (!options.isEmpty()) {
            output.line("regex_options" + options);
        }
        if ((pattern.pattern().flags() & Pattern.UNIX_LINES) == 0) {
            lost.add(where + ": line ends other than LF in a regular expression");
        }
        output.flag("regex_no_match", !pattern.expected());
        if (pattern.minOffset() != 0) {
            output.line("regex_min_offset " + pattern.minOffset());
        }
        if (pattern.maxOffset() != Integer.MAX_VALUE) {
            output.line("regex_max_offset " + pattern.maxOffset());
        }
    }

    private void udp(UdpCheck udp) {
        if (udp.payload() != null) {
            output.line("payload " + udp.payload());
        }
        if (udp.reply() != null) {
            output.line(("require_reply " + udp.reply()).trim());
        }
        if (udp.minReplyLength() != 0) {
            output.line("min_reply_length " + udp.minReplyLength());
        }
        if (udp.maxReplyLength() != UdpCheck.DEFAULT_MAX_REPLY_LENGTH) {
            output.line("max_reply_length " + udp.maxReplyLength());
        }
    }

    private void misc(String where, MiscCheck misc) {
        String script = TextOutput.script(new Script(misc.script().command(), null, null));
        if (script == null) {
            lost.add(where + ": misc_path with a single quote in an argument");
        } else {
            output.line("misc_path " + script);
        }
        if (isWhole(misc.timeout())) {
            output.line("misc_timeout " + misc.timeout().toSeconds());
        }
        output.flag("misc_dynamic", misc.dynamic());
        if (misc.script().user() != null) {
            output.line("user " + misc.script().user()
                    + (misc.script().group() == null ? "" : " " + misc.script().group()));
        }
    }
}
