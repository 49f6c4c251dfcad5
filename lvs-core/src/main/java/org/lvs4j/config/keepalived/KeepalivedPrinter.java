package org.lvs4j.config.keepalived;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.keepalived.GlobalSettings.AtStop;
import org.lvs4j.config.keepalived.GlobalSettings.SyncDaemon;
import org.lvs4j.health.Check;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.Script;
import org.lvs4j.health.SorryServer;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.internal.text.UnitTime;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Forwarding.Tunnel;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Prints values as a file of keepalived's language, which gives the same values again. */
final class KeepalivedPrinter {
    private final TextOutput output = new TextOutput();
    private final List<String> lost = new ArrayList<>();
    private final Set<String> groups = new LinkedHashSet<>();

    /** The text, and what it does not express beside that. */
    Conversion result(List<String> alsoLost) {
        List<String> all = new ArrayList<>(alsoLost);
        all.addAll(lost);
        return new Conversion(output.toString(), all);
    }

    void print(KeepalivedConfiguration configuration) {
        globals(configuration.globals(), configuration.health().notifyAtStart());
        Set<TrackedFile> files = new LinkedHashSet<>();
        for (MonitoredService service : configuration.health().services()) {
            for (MonitoredServer server : service.servers()) {
                for (Check check : server.checks()) {
                    if (check instanceof FileCheck file) {
                        files.add(file.file());
                    }
                }
            }
        }
        files.forEach(this::file);
        configuration.health().services().forEach(this::service);
    }

    private void globals(GlobalSettings globals, boolean notifyAtStart) {
        if (globals.equals(GlobalSettings.DEFAULT) && !notifyAtStart) {
            return;
        }
        output.open("global_defs");
        TimeoutSettings timeouts = globals.timeouts();
        String written = (timeouts.tcp() == 0 ? "" : " tcp " + timeouts.tcp())
                + (timeouts.tcpFin() == 0 ? "" : " tcpfin " + timeouts.tcpFin())
                + (timeouts.udp() == 0 ? "" : " udp " + timeouts.udp());
        if (!written.isEmpty()) {
            output.line("lvs_timeouts" + written);
        }
        SyncDaemon daemon = globals.syncDaemon();
        if (daemon != null) {
            output.line("lvs_sync_daemon " + daemon.networkInterface()
                    + (daemon.instance() == null ? "" : " inst " + daemon.instance())
                    + (daemon.syncId() == 0 ? "" : " id " + daemon.syncId())
                    + (daemon.maxLength() == 0 ? "" : " maxlen " + daemon.maxLength())
                    + (daemon.port() == 0 ? "" : " port " + daemon.port())
                    + (daemon.ttl() == 0 ? "" : " ttl " + daemon.ttl())
                    + (daemon.group() == null ? "" : " group " + daemon.group()));
        }
        output.flag("lvs_flush", globals.flushAtStart());
        output.flag("lvs_flush_on_stop", globals.atStop() == AtStop.EVERYTHING);
        output.flag("lvs_flush_on_stop VS", globals.atStop() == AtStop.SERVICES);
        output.flag("rs_init_notifies", notifyAtStart);
        if (globals.scriptUser() != null) {
            output.line("script_user " + globals.scriptUser()
                    + (globals.scriptGroup() == null ? "" : " " + globals.scriptGroup()));
        }
        output.flag("enable_script_security", globals.scriptSecurity());
        word("global_defs", "lvs_notify_fifo", globals.notifyFifo());
        script("global_defs", "lvs_notify_fifo_script", globals.notifyFifoScript());
        word("global_defs", "notify_fifo", globals.commonFifo());
        script("global_defs", "notify_fifo_script", globals.commonFifoScript());
        script("global_defs", "startup_script", globals.startupScript());
        script("global_defs", "shutdown_script", globals.shutdownScript());
        output.close();
    }

    private void word(String where, String key, @Nullable String value) {
        if (value != null) {
            String written = TextOutput.word(value);
            if (written == null) {
                lost.add(where + ": " + key + " with a double quote or a line break in its value");
            } else {
                output.line(key + " " + written);
            }
        }
    }

    private void script(String where, String key, @Nullable Script script) {
        if (script != null) {
            String written = TextOutput.script(script);
            if (written == null) {
                lost.add(where + ": " + key + " with a single quote in an argument");
            } else {
                output.line(key + " " + written);
            }
        }
    }

    private void file(TrackedFile file) {
        output.open("track_file " + file.name());
        word("track_file " + file.name(), "file", file.path().toString());
        TrackedFile.Initial initial = file.initial();
        if (initial != null) {
            output.line("init_file " + initial.value() + (initial.overwrite() ? " overwrite" : ""));
        }
        output.close();
    }

    private static String address(Endpoint endpoint) {
        return endpoint.address() + (endpoint.port() == 0 ? "" : " " + endpoint.port());
    }

    private void group(String name, List<VirtualService> services) {
        if (!groups.add(name)) {
            return;
        }
        output.open("virtual_server_group " + name);
        for (VirtualService service : services) {
            if (service.key() instanceof ServiceKey.Address address) {
                output.line(address(address.endpoint()));
            } else if (service.key() instanceof ServiceKey.Mark mark) {
                output.line("fwmark " + Integer.toUnsignedString(mark.mark())
                        + (mark.family() == AddressFamily.IPV6 ? " inet6" : " inet"));
            }
        }
        output.close();
    }

    private void service(MonitoredService monitored) {
        VirtualService service = monitored.services().get(0);
        String name = monitored.toString();
        if (service.key() instanceof ServiceKey.Named) {
            lost.add(name + ": a named service");
            return;
        }
        if (monitored.group() != null) {
            group(monitored.group(), monitored.services());
            output.open("virtual_server group " + monitored.group());
        } else if (service.key() instanceof ServiceKey.Mark mark) {
            output.open("virtual_server fwmark " + Integer.toUnsignedString(mark.mark()));
            output.line("ip_family " + (mark.family() == AddressFamily.IPV6 ? "inet6" : "inet"));
        } else if (service.key() instanceof ServiceKey.Address address) {
            output.open("virtual_server " + address(address.endpoint()));
        }
        attributes(service);
        for (VirtualService each : monitored.services()) {
            if (each.key() instanceof ServiceKey.Address address) {
                output.line("protocol " + address.protocol());
                break;
            }
        }
        passive(monitored.passiveCheck());
        release(monitored.releaseOnFailure());
        quorum(name, monitored.quorum());
        output.flag("alpha", monitored.alpha());
        output.flag("omega", monitored.omega());
        output.flag("ha_suspend", monitored.haSuspend());
        sorryServer(monitored.sorryServer());
        CheckPrinter checks = new CheckPrinter(output, lost, name, monitored);
        checks.serviceTimes();
        for (MonitoredServer server : monitored.servers()) {
            server(name, server, checks);
        }
        output.close();
    }

    private void attributes(VirtualService service) {
        boolean ours = !ServiceDraft.SCHEDULERS.contains(service.scheduler());
        output.line("lvs_sched " + (ours ? VirtualService.DEFAULT_SCHEDULER : service.scheduler()));
        output.line("lvs_method NAT");
        for (SchedulerFlag flag : service.flags()) {
            output.line("flag-" + (flag.ordinal() + 1));
        }
        output.flag("ops", service.onePacket());
        Persistence persistence = service.persistence();
        if (persistence != null) {
            AddressFamily family = service.key().family();
            output.line("persistence_timeout " + persistence.timeoutSeconds());
            if (persistence.mask() != Persistence.fullMask(family)) {
                output.line("persistence_granularity "
                        + (family == AddressFamily.IPV4 ? IpAddress.v4(persistence.mask()) : persistence.mask()));
            }
            if (persistence.engine() != null) {
                output.line("persistence_engine " + persistence.engine());
            }
        }
        List<String> words = new ArrayList<>();
        if (ours) {
            words.add("scheduler=" + service.scheduler());
        }
        if (!service.slowStart().isZero()) {
            words.add("slow-start=" + UnitTime.print(service.slowStart()));
        }
        output.ours(words);
    }

    private void passive(@Nullable PassiveCheck passive) {
        if (passive != null) {
            output.ours(List.of(
                    "passive-failures=" + passive.failures(),
                    "passive-ejection=" + UnitTime.print(passive.ejection()),
                    "passive-longest=" + UnitTime.print(passive.longest()),
                    "passive-percent=" + passive.maxPercent()));
        }
    }

    private void release(@Nullable ReleaseOnFailure release) {
        if (release != null) {
            Duration over = release.endOver();
            output.ours(List.of("release-on-failure" + (over == null ? "" : "=" + UnitTime.print(over))));
        }
    }

    private void quorum(String name, Quorum quorum) {
        if (quorum.weight() != 1 || quorum.hysteresis() != 0) {
            output.line("quorum " + quorum.weight());
            output.line("hysteresis " + quorum.hysteresis());
        }
        script(name, "quorum_up", quorum.up());
        script(name, "quorum_down", quorum.down());
    }

    private void sorryServer(@Nullable SorryServer sorry) {
        if (sorry != null) {
            output.line("sorry_server " + address(sorry.server().endpoint()));
            output.flag("sorry_server_inhibit", sorry.inhibit());
            output.line("sorry_server_lvs_method " + method(sorry.server().forwarding()));
        }
    }

    private void server(String service, MonitoredServer monitored, CheckPrinter checks) {
        RealServer server = monitored.server();
        String name = service + ", server " + server.endpoint();
        output.open("real_server " + address(server.endpoint()));
        output.line("weight " + server.weight());
        if (!server.forwarding().equals(Forwarding.masquerade())) {
            output.line("lvs_method " + method(server.forwarding()));
        }
        if (server.upperThreshold() != 0) {
            output.line("uthreshold " + server.upperThreshold());
        }
        if (server.lowerThreshold() != 0) {
            output.line("lthreshold " + server.lowerThreshold());
        }
        output.flag("inhibit_on_failure", monitored.inhibitOnFailure());
        script(name, "notify_up", monitored.notifyUp());
        script(name, "notify_down", monitored.notifyDown());
        monitored.checks().forEach(check -> checks.print(name, check));
        output.close();
    }

    static String method(Forwarding forwarding) {
        Tunnel tunnel = forwarding.tunnel();
        if (tunnel == null) {
            return forwarding.method() == Forwarding.Method.DIRECT ? "DR" : "NAT";
        }
        if (tunnel.encapsulation() == Encapsulation.IPIP) {
            return "TUN";
        }
        return "TUN type "
                + (tunnel.encapsulation() == Encapsulation.GUE ? "gue port " + tunnel.port() : "gre")
                + switch (tunnel.checksum()) {
                    case NONE -> " nocsum";
                    case FULL -> " csum";
                    case REMOTE -> " remcsum";
                };
    }
}
