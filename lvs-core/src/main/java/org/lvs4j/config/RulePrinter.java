package org.lvs4j.config;

import java.util.Locale;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.RuleCommand.DaemonRole;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Prints commands with the options and the order of {@code ipvsadm -S -n}. */
final class RulePrinter {
    private final ServiceNames names;

    /** A printer of ports with names, or with {@link ServiceNames#NUMERIC}. */
    RulePrinter(ServiceNames names) {
        this.names = names;
    }

    String print(RuleCommand command) {
        if (command instanceof RuleCommand.AddService add) {
            return "-A" + service(add.service()) + OwnWords.print(add.service());
        } else if (command instanceof RuleCommand.EditService edit) {
            return "-E" + service(edit.service()) + OwnWords.print(edit.service());
        } else if (command instanceof RuleCommand.DeleteService delete) {
            return "-D" + key(delete.key());
        } else if (command instanceof RuleCommand.AddServer add) {
            return "-a" + key(add.key()) + server(add.key(), add.server());
        } else if (command instanceof RuleCommand.EditServer edit) {
            return "-e" + key(edit.key()) + server(edit.key(), edit.server());
        } else if (command instanceof RuleCommand.DeleteServer delete) {
            return "-d" + key(delete.key()) + " -r " + endpoint(delete.key(), delete.server());
        } else if (command instanceof RuleCommand.Clear) {
            return "-C";
        } else if (command instanceof RuleCommand.SetTimeouts set) {
            TimeoutSettings settings = set.settings();
            return "--set " + settings.tcp() + " " + settings.tcpFin() + " " + settings.udp();
        } else if (command instanceof RuleCommand.Save save) {
            return "-S" + (save.numeric() ? " -n" : "");
        } else if (command instanceof RuleCommand.Restore) {
            return "-R";
        } else if (command instanceof RuleCommand.Zero zero) {
            return "-Z" + (zero.key() == null ? "" : key(zero.key()));
        } else if (command instanceof RuleCommand.StartDaemon start) {
            return "--start-daemon " + role(start.role()) + daemon(start);
        } else if (command instanceof RuleCommand.StopDaemon stop) {
            return "--stop-daemon " + role(stop.role());
        } else if (command instanceof RuleCommand.Help) {
            return "-h";
        } else if (command instanceof RuleCommand.Version) {
            return "-v";
        }
        return "-L" + list(command);
    }

    private String list(RuleCommand command) {
        if (command instanceof RuleCommand.ListTimeouts) {
            return " --timeout";
        } else if (command instanceof RuleCommand.ListDaemons) {
            return " --daemon";
        } else if (command instanceof RuleCommand.ListConnections list) {
            return " -c" + (list.numeric() ? " -n" : "") + (list.engineData() ? " --persistent-conn" : "");
        } else if (command instanceof RuleCommand.ListServices list) {
            String columns = switch (list.columns()) {
                case WEIGHTS -> "";
                case STATS -> " --stats";
                case RATE -> " --rate";
                case THRESHOLDS -> " --thresholds";
                case PERSISTENT -> " --persistent-conn";
                case TUNNELS -> " --tun-info";
            };
            return (list.numeric() ? " -n" : "")
                    + (list.only() == null ? "" : key(list.only()))
                    + columns
                    + (list.sorted() ? "" : " --nosort")
                    + (list.exact() ? " --exact" : "");
        }
        throw new AssertionError("unprinted " + command);
    }

    private String key(ServiceKey key) {
        if (key instanceof ServiceKey.Address address) {
            return option(address.protocol()) + names.print(address.endpoint(), address.protocol());
        } else if (key instanceof ServiceKey.Mark mark) {
            return " -f " + Integer.toUnsignedString(mark.mark()) + (mark.family() == AddressFamily.IPV6 ? " -6" : "");
        }
        throw new AssertionError("unprinted " + key);
    }

    private static String option(Protocol protocol) {
        return switch (protocol) {
            case TCP -> " -t ";
            case UDP -> " -u ";
            case SCTP -> " --sctp-service ";
        };
    }

    private String service(VirtualService service) {
        StringBuilder text =
                new StringBuilder(key(service.key())).append(" -s ").append(service.scheduler());
        Persistence persistence = service.persistence();
        if (persistence != null) {
            text.append(" -p ").append(persistence.timeoutSeconds());
            if (persistence.mask() != Persistence.fullMask(service.key().family())) {
                text.append(" -M ").append(mask(service.key().family(), persistence));
            }
            if (persistence.engine() != null) {
                text.append(" --pe ").append(persistence.engine());
            }
        }
        text.append(service.onePacket() ? " -o" : "");
        if (!service.flags().isEmpty()) {
            text.append(" -b ").append(SchedulerFlags.print(service.scheduler(), service.flags()));
        }
        return text.toString();
    }

    /** The netmask of IPv4, the prefix length of IPv6. */
    static String mask(AddressFamily family, Persistence persistence) {
        return family == AddressFamily.IPV4
                ? IpAddress.v4(persistence.mask()).toString()
                : Integer.toString(persistence.mask());
    }

    private String endpoint(ServiceKey key, Endpoint server) {
        return names.print(server, key instanceof ServiceKey.Address address ? address.protocol() : null);
    }

    private String server(ServiceKey key, RealServer server) {
        String method = switch (server.forwarding().method()) {
            case MASQUERADE -> " -m";
            case TUNNEL -> " -i";
            case DIRECT -> " -g";
        };
        return " -r " + endpoint(key, server.endpoint()) + method + " -w " + server.weight()
                + (server.upperThreshold() == 0 ? "" : " -x " + server.upperThreshold())
                + (server.lowerThreshold() == 0 ? "" : " -y " + server.lowerThreshold())
                + tunnel(server.forwarding());
    }

    private static String tunnel(Forwarding forwarding) {
        Forwarding.Tunnel tunnel = forwarding.tunnel();
        if (tunnel == null) {
            return "";
        }
        String type = " --tun-type " + tunnel.encapsulation().name().toLowerCase(Locale.ROOT);
        if (tunnel.encapsulation() == Encapsulation.IPIP) {
            return type;
        }
        return type
                + (tunnel.port() == 0 ? "" : " --tun-port " + tunnel.port())
                + switch (tunnel.checksum()) {
                    case NONE -> " --tun-nocsum";
                    case FULL -> " --tun-csum";
                    case REMOTE -> " --tun-remcsum";
                };
    }

    private static String role(DaemonRole role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private static String daemon(RuleCommand.StartDaemon start) {
        return (start.networkInterface() == null ? "" : " --mcast-interface " + start.networkInterface())
                + (start.syncId() == 0 ? "" : " --syncid " + start.syncId())
                + (start.maxLength() == 0 ? "" : " --sync-maxlen " + start.maxLength())
                + (start.group() == null ? "" : " --mcast-group " + start.group())
                + (start.port() == 0 ? "" : " --mcast-port " + start.port())
                + (start.ttl() == 0 ? "" : " --mcast-ttl " + start.ttl());
    }
}
