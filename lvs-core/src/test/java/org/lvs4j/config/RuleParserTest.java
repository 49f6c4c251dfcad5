package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The grammar of ipvsadm 1.31: valid command lines in canonical form, and the place and reason of errors. */
class RuleParserTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -A -t 10.0.0.1:80                                | -A -t 10.0.0.1:80 -s wlc
            -A -t10.0.0.1:80 -srr                            | -A -t 10.0.0.1:80 -s rr
            -A -t=10.0.0.1:80 -s=rr                          | -A -t 10.0.0.1:80 -s rr
            -At 10.0.0.1:80 -s rr                            | -A -t 10.0.0.1:80 -s rr
            --add-service --tcp-service=10.0.0.1:80 --scheduler=rr | -A -t 10.0.0.1:80 -s rr
            --add-service --tcp-service 10.0.0.1:80 --scheduler rr | -A -t 10.0.0.1:80 -s rr
            -A -t 10.0.0.1:http                              | -A -t 10.0.0.1:80 -s wlc
            -A -u 10.0.0.1:domain --ops                      | -A -u 10.0.0.1:53 -s wlc -o
            -A -t 10.0.0.1:00080                             | -A -t 10.0.0.1:80 -s wlc
            -A --sctp-service [FD00:0::1]:3868               | -A --sctp-service [fd00::1]:3868 -s wlc
            -A -f 4294967295 -s sh -b flag-1,flag-2,flag-3   | -A -f 4294967295 -s sh -b sh-fallback,sh-port,flag-3
            -A -f 7 --ipv6 -b flag-3                         | -A -f 7 -6 -s wlc -b flag-3
            -A -t 10.0.0.1:80 -s mh -b mh-port,mh-fallback   | -A -t 10.0.0.1:80 -s mh -b mh-fallback,mh-port
            -A -b sh-port -s sh -t 10.0.0.1:80               | -A -t 10.0.0.1:80 -s sh -b sh-port
            -A -t 10.0.0.1:80 -p                             | -A -t 10.0.0.1:80 -s wlc -p 360
            -A -t 10.0.0.1:80 -p -s rr                       | -A -t 10.0.0.1:80 -s rr -p 360
            -A -t 10.0.0.1:80 -p2678400                      | -A -t 10.0.0.1:80 -s wlc -p 2678400
            -A -t 10.0.0.1:80 --persistent=5 -M 255.0.255.0  | -A -t 10.0.0.1:80 -s wlc -p 5 -M 255.0.255.0
            -A -t 10.0.0.1:80 -p 5 -M 255.255.255.255        | -A -t 10.0.0.1:80 -s wlc -p 5
            -A -t 10.0.0.1:80 -M 255.255.255.0               | -A -t 10.0.0.1:80 -s wlc
            -A -t [fd00::1]:80 -p 5 --netmask 1              | -A -t [fd00::1]:80 -s wlc -p 5 -M 1
            -A -t [fd00::1]:80 -p 5 -M 128                   | -A -t [fd00::1]:80 -s wlc -p 5
            -A -f 6 -6 -p 5 -M 48                            | -A -f 6 -6 -s wlc -p 5 -M 48
            -A -t 10.0.0.1 -p 5                              | -A -t 10.0.0.1:0 -s wlc -p 5
            -A -u 10.0.0.1:5060 -p 60 --pe sip -o            | -A -u 10.0.0.1:5060 -s wlc -p 60 --pe sip -o
            -E -t 10.0.0.1:80 -s lc                          | -E -t 10.0.0.1:80 -s lc
            -D -f 5                                          | -D -f 5
            --delete-service --udp-service [::1]:53          | -D -u [::1]:53
            -a -t 10.0.0.1:80 -r 192.168.1.1                 | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -g -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.1:8080            | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -g -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.1:8080 -i         | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -i -w 1 --tun-type ipip
            -a -t 10.0.0.1:80 -r 192.168.1.1:8080 -m         | -a -t 10.0.0.1:80 -r 192.168.1.1:8080 -m -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.1 -m              | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1
            -a -f 5 -r 192.168.1.1                           | -a -f 5 -r 192.168.1.1:0 -g -w 1
            -a -f 5 -r 192.168.1.1:8080                      | -a -f 5 -r 192.168.1.1:8080 -g -w 1
            -a -t 10.0.0.1:80 -r 192.168.1.1 -w 2147483647   | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -g -w 2147483647
            -a -t 10.0.0.1:80 -r 192.168.1.1 -m -x 65535 -y 1 | -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1 -x 65535 -y 1
            -a -t 10.0.0.1:80 -r [fd00::1] -i                | -a -t 10.0.0.1:80 -r [fd00::1]:80 -i -w 1 --tun-type ipip
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gue --tun-port 9 --tun-remcsum | -a -t 10.0.0.1:80 -r 1.2.3.4:80 -i -w 1 --tun-type gue --tun-port 9 --tun-remcsum
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gre   | -a -t 10.0.0.1:80 -r 1.2.3.4:80 -i -w 1 --tun-type gre --tun-nocsum
            -e -t 10.0.0.1:80 -r 192.168.1.1:80 -m           | -e -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 1
            -d -t 10.0.0.1:80 -r 192.168.1.1                 | -d -t 10.0.0.1:80 -r 192.168.1.1:80
            -d -t 10.0.0.1:80 -r 192.168.1.1:8080            | -d -t 10.0.0.1:80 -r 192.168.1.1:8080
            -d -t 10.0.0.1:80 -r [fd00::1]                   | -d -t 10.0.0.1:80 -r [fd00::1]:80
            -a -t [fd00::1]:80 -r fd00:2::2 -m               | -a -t [fd00::1]:80 -r [fd00:2::2]:80 -m -w 1
            -a -f 6 -6 -r fd00:2::3 -m                       | -a -f 6 -6 -r [fd00:2::3]:0 -m -w 1
            -a -f 6 -r 10.0.0.1:http -m                      | -a -f 6 -r 10.0.0.1:80 -m -w 1
            -A -t 10.0.0.1:80 -p 300 -M 0.0.0.0              | -A -t 10.0.0.1:80 -s wlc -p 300 -M 0.0.0.0
            -L --rate --stats                                | -L --stats
            -L --nosort --sort                               | -L --nosort
            --clear                                          | -C
            --set 900 0 2678400                              | --set 900 0 2678400
            -S                                               | -S
            --save --numeric                                 | -S -n
            -R                                               | -R
            -Z                                               | -Z
            -Z -f 5 -6                                       | -Z -f 5 -6
            -L                                               | -L
            -ln                                              | -L -n
            -lcn                                             | -L -c -n
            -L --connection --persistent-conn                | -L -c --persistent-conn
            -L --timeout                                     | -L --timeout
            -L --daemon -n                                   | -L --daemon
            -Ln --stats --exact -t 10.0.0.1:80               | -L -n -t 10.0.0.1:80 --stats --exact
            -L --rate --nosort                               | -L --rate --nosort
            -L --thresholds --sort                           | -L --thresholds
            -L --tun-info                                    | -L --tun-info
            -L --persistent-conn                             | -L --persistent-conn
            --start-daemon master                            | --start-daemon master
            --start-daemon=backup --mcast-interface eth0 --syncid 255 --sync-maxlen 1472 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1 | --start-daemon backup --mcast-interface eth0 --syncid 255 --sync-maxlen 1472 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1
            --start-daemon master --mcast-group ff02::81     | --start-daemon master --mcast-group ff02::81
            --stop-daemon backup                             | --stop-daemon backup
            -h                                               | -h
            --version                                        | -v
            """)
    void parse_validCommandLine_printedCanonically(String line, String canonical) throws RuleException {
        RuleCommand command = RuleParser.parse(List.of(line.split(" ")));
        assertThat(command.print()).isEqualTo(canonical);
        assertThat(RuleParser.parse(List.of(canonical.split(" ")))).isEqualTo(command);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -q                                          | 1  | -q          | 255 | unknown option | one of -A -E
            -A -t 10.0.0.1:80 --nosuch                  | 19 | --nosuch    | 255 | unknown option | one of -t -u
            -A -t 10.0.0.1:80 --nosuch=5                | 19 | --nosuch    | 255 | unknown option | one of -t -u
            -A -t 10.0.0.1:80 -oq                       | 21 | -q          | 255 | unknown option | -o
            -Lq                                         | 3  | -q          | 255 | unknown option | --stats
            -                                           | 1  | -           | 255 | not a command | -A
            add                                         | 1  | add         | 255 | not a command | -A
            -t 10.0.0.1:80 -A                           | 1  | -t          | 255 | option before the command | first
            --                                          | 1  | --          | 255 | no command | -A
            -A -- -D                                    | 7  | -D          | 2   | unexpected argument | -t
            -A -t 10.0.0.1:80 rr                        | 19 | rr          | 2   | unexpected argument | -s
            -C now                                      | 4  | now         | 2   | unexpected argument | no option after -C
            -A -t 10.0.0.1:80 -D                        | 19 | -D          | 2   | invalid option `-D' | -A
            -AE -t 10.0.0.1:80                          | 3  | -E          | 2   | invalid option `-E' | one command only
            -A                                          | 1  | -A          | 2   | You need to supply the 'service-address' option for the 'add-service' command | -t
            -A -s rr                                    | 1  | -A          | 2   | You need to supply the 'service-address' option | -f
            -a -t 10.0.0.1:80                           | 1  | -a          | 2   | You need to supply the 'real-server' option | -r
            -D -t 10.0.0.1:80 -s rr                     | 19 | -s          | 2   | Illegal 'scheduler' option with the 'delete-service' command | -t
            -A -t 10.0.0.1:80 -r 1.2.3.4                | 19 | -r          | 2   | Illegal 'real-server' option | -s
            -d -t 10.0.0.1:80 -r 1.2.3.4 -m             | 30 | -m          | 2   | Illegal 'forwarding-method' option | -r
            -S -t 10.0.0.1:80                           | 4  | -t          | 2   | Illegal 'service-address' option | -n
            -A -t 10.0.0.1:80 -s rr -s rr               | 25 | -s          | 2   | multiple 'scheduler' options specified | one of them
            -A -t 10.0.0.1:80 -srr --scheduler=lc       | 24 | --scheduler | 2   | multiple 'scheduler' options specified | one of them
            -A -t 10.0.0.1:80 -t 10.0.0.2:80            | 19 | -t          | 2   | multiple 'service-address' options specified | one of them
            -A -t 10.0.0.1:80 -u 10.0.0.1:80            | 19 | -u          | 2   | multiple 'service-address' options specified | one of them
            -a -t 10.0.0.1:80 -r 1.2.3.4 -m -g          | 33 | -g          | 2   | multiple 'forwarding-method' options specified | one of them
            -L --nosort --nosort                        | 13 | --nosort    | 2   | multiple 'nosort' options specified | one of them
            -L -c --stats                               | 7  | --stats     | 2   | options conflicts in the list command | -c
            -L --timeout -t 10.0.0.1:80                 | 14 | -t          | 2   | The option 'timeout' conflicts with the 'service-address' option in the 'list' command | --timeout
            -L --daemon --timeout                       | 4  | --daemon    | 2   | The option 'daemon' conflicts with the 'timeout' option in the 'list' command | --timeout
            -L -6                                       | 4  | -6          | 2   | -6 used before -f not allowed | -f
            -A -t 10.0.0.1:80 -s                        | 19 | -s          | 255 | missing argument | value
            -L --numeric=yes                            | 13 | =yes        | 255 | option does not take an argument | no value
            -A -t 10.0.0.1:80 -s -o                     | 22 | -o          | 2   | illegal scheduler | name
            -A -t 10.0.0.1:80 -s r/r                    | 22 | r/r         | 2   | illegal scheduler | name
            -A -t 10.0.0.1:65536                        | 7  | 10.0.0.1:65536 | 2 | illegal virtual server address[:port] specified | port within 0..65535
            -A -t 10.0.0.1:                             | 7  | 10.0.0.1:   | 2   | illegal virtual server address | port within
            -A -t 10.0.0.1:nosuch                       | 7  | 10.0.0.1:nosuch | 2 | illegal virtual server address | well-known name
            -A -t 10.0.0.1:-1                           | 7  | 10.0.0.1:-1 | 2   | illegal virtual server address | port within
            -A -t www.example.com:80                    | 7  | www.example.com:80 | 2 | illegal virtual server address | no name
            -A -t 10.0.0.:80                            | 7  | 10.0.0.:80  | 2   | illegal virtual server address | 10.0.0.1:80
            -A -t fd00::1:80                            | 7  | fd00::1:80  | 2   | Zero port specified for non-persistent service | brackets
            -A -t [fd00::1:80                           | 7  | [fd00::1:80 | 2   | illegal virtual server address | in brackets
            -A -t [fd00::1]80                           | 7  | [fd00::1]80 | 2   | illegal virtual server address | after ':'
            -A -t [10.0.0.1]:80                         | 7  | [10.0.0.1]:80 | 2 | illegal virtual server address | IPv6
            -A -t [fe80::1%eth0]:80                     | 7  | [fe80::1%eth0]:80 | 2 | illegal virtual server address | such as
            -A -t= -s rr                                | 7  | ''          | 2   | illegal virtual server address | such as
            -A -u 10.0.0.1 -s rr                        | 7  | 10.0.0.1    | 2   | Zero port specified for non-persistent service | -p
            -A --sctp-service 10.0.0.1:9 -o             | 30 | -o          | 2   | One-Packet Scheduling is only for UDP virtual services | -u
            -A -f 4294967296                            | 7  | 4294967296  | 2   | invalid fwmark value `4294967296' specified | 1..4294967295
            -A -f 0x10                                  | 7  | 0x10        | 2   | invalid fwmark value `0x10' specified | 1..4294967295
            -A -6 -f 5                                  | 4  | -6          | 2   | -6 used before -f not allowed | after -f
            -A -t 10.0.0.1:80 -6                        | 19 | -6          | 2   | -6 used before -f not allowed | with -f
            -A -t 10.0.0.1:80 -p x                      | 22 | x           | 2   | invalid timeout value `x' specified | 1..2678400
            -A -t 10.0.0.1:80 -p 5 -M /24               | 27 | /24         | 2   | illegal virtual server persistent mask | 255.255.255.0
            -A -t [fd00::1]:80 -p 5 -M 129              | 28 | 129         | 2   | illegal ipv6 netmask | 1..128
            -A -t [fd00::1]:80 -p 5 -M 255.255.255.0    | 28 | 255.255.255.0 | 2 | illegal ipv6 netmask | 1..128
            -A -u 10.0.0.1:5060 --pe sip                | 26 | sip         | 2   | persistence engine of a non-persistent service | -p
            -A -t 10.0.0.1:80 -s sh -b sh-port,mh-port  | 36 | mh-port     | 2   | incompatible scheduler flag `mh-port' | mh
            -A -t 10.0.0.1:80 -b sh-port                | 22 | sh-port     | 2   | incompatible scheduler flag `sh-port' | not wlc
            -A -t 10.0.0.1:80 -b flag-4                 | 22 | flag-4      | 2   | invalid scheduler flag `flag-4' | flag-1 flag-2 flag-3
            -A -t 10.0.0.1:80 -b flag-1,x               | 29 | x           | 2   | invalid scheduler flag `x' | flag-1
            -a -t 10.0.0.1:80 -r 1.2.3.4:x -m           | 22 | 1.2.3.4:x   | 2   | illegal real server address[:port] specified | port
            -a -t 10.0.0.1:80 -r 0.0.0.0 -m             | 22 | 0.0.0.0     | 255 | Invalid operation.  Possibly wrong module version, address not unicast | one machine
            -e -t 10.0.0.1:80 -r 224.0.0.1              | 22 | 224.0.0.1   | 255 | Invalid operation.  Possibly wrong module version, address not unicast | one machine
            -a -f 1 -6 -r fe80::1 -m                    | 15 | fe80::1     | 255 | Invalid operation.  Possibly wrong module version, address not unicast | no interface
            -a -t 10.0.0.1:80 -r [fd00::1]              | 22 | [fd00::1]   | 2   | Different address family is allowed only for tunneling servers | IPv4
            -a -f 6 -6 -r 1.2.3.4 -m                    | 15 | 1.2.3.4     | 2   | Different address family is allowed only for tunneling servers | IPv6
            -a -t 10.0.0.1:80 -r 1.2.3.4 -w 2147483648  | 33 | 2147483648  | 2   | illegal weight specified | 0..2147483647
            -a -t 10.0.0.1:80 -r 1.2.3.4 -w 99999999999999999999 | 33 | 99999999999999999999 | 2 | illegal weight specified | 0..2147483647
            -a -t 10.0.0.1:80 -r 1.2.3.4 -w 1.5         | 33 | 1.5         | 2   | illegal weight specified | number
            -a -t 10.0.0.1:80 -r 1.2.3.4 -x 2147483648  | 33 | 2147483648  | 2   | illegal u_threshold | 0..2147483647
            -a -t 10.0.0.1:80 -r 1.2.3.4 -y 2147483648  | 33 | 2147483648  | 2   | illegal l_threshold | 0..2147483647
            -a -t 10.0.0.1:80 -r 1.2.3.4 -y 1           | 33 | 1           | 255 | Numerical result out of range | which is 0
            -a -t 10.0.0.1:80 -r 1.2.3.4 -m --tun-type gre | 33 | --tun-type | 2 | Tunnel options conflict with forward method | -i
            -a -t 10.0.0.1:80 -r 1.2.3.4 --tun-csum     | 30 | --tun-csum  | 2   | Tunnel options conflict with forward method | -i
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type vxlan | 44 | vxlan  | 2   | illegal tunnel type | ipip, gue or gre
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gue | 44 | gue      | 2   | You need to supply the 'tun-port' option for the 'gue' tunnel type | --tun-port
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gue --tun-port 0 | 59 | 0 | 2 | illegal tunnel port | 1..65535
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gre --tun-port 9 | 48 | --tun-port | 2 | Illegal 'tun-port' option with the 'gre' tunnel type | gue
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gre --tun-remcsum | 48 | --tun-remcsum | 2 | Illegal 'tun-remcsum' option with the 'gre' tunnel type | --tun-csum
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-port 9 | 33 | --tun-port | 2   | Illegal 'tun-port' option with the 'ipip' tunnel type | gue
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-csum  | 33 | --tun-csum  | 2   | Illegal 'tun-csum' option with the 'ipip' tunnel type | gue
            -a -t 10.0.0.1:80 -r 1.2.3.4 -i --tun-type gre --tun-csum --tun-nocsum | 48 | --tun-csum | 2 | The option 'tun-csum' conflicts with the 'tun-nocsum' option | one of them
            --set 1 2                                   | 1  | --set       | 2   | --set option requires 3 timeout values | TCPFIN
            --set 1 2 3 4                               | 13 | 4           | 2   | unexpected argument | 3 values
            --set 1 2678401 3                           | 9  | 2678401     | 2   | invalid timeout value `2678401' specified | 0..2678400
            --start-daemon                              | 1  | --start-daemon | 255 | missing argument | value
            --start-daemon slave                        | 16 | slave       | 2   | illegal start-daemon parameter specified | master or backup
            --start-daemon master --syncid 256          | 32 | 256         | 2   | illegal syncid specified | 0..255
            --start-daemon master --mcast-group 10.0.0.1 | 37 | 10.0.0.1   | 2   | multicast group | 224.0.0.81
            --start-daemon master --mcast-ttl 0         | 35 | 0           | 2   | illegal mcast-ttl specified | 1..255
            --start-daemon master --mcast-port 65536    | 36 | 65536       | 2   | illegal mcast-port specified | 1..65535
            --stop-daemon master --syncid 1             | 22 | --syncid    | 2   | Illegal 'syncid' option | --stop-daemon
            """)
    void parse_invalidCommandLine_placeTokenAndExpectation(
            String line, int column, String token, int exitCode, String problem, String expected) {
        RuleException e = catchThrowableOfType(
                RuleException.class, () -> Rules.parse("\n# a comment\n  " + line + "\n", "lb.rules"));
        assertThat(e).as(line).isNotNull().hasMessageContaining(problem);
        assertThat(e.source()).isEqualTo("lb.rules");
        assertThat(e.line()).isEqualTo(3);
        assertThat(e.column()).isEqualTo(column + 2);
        assertThat(e.token()).isEqualTo(token);
        assertThat(e.expected()).contains(expected);
        assertThat(e.ipvsadmExitCode()).isEqualTo(exitCode);
        assertThat(e)
                .hasMessageStartingWith("lb.rules:3:" + (column + 2) + ": ")
                .hasMessageEndingWith("; expected " + e.expected());

        RuleException onCommandLine =
                catchThrowableOfType(RuleException.class, () -> RuleParser.parse(List.of(line.split(" "))));
        assertThat(onCommandLine.line()).isZero();
        assertThat(onCommandLine.column()).isEqualTo(column);
        assertThat("lb.rules:3:" + (column + 2) + ": " + onCommandLine.getMessage())
                .isEqualTo(e.getMessage());
    }

    @Test
    void parse_noArgument_listsServices() throws RuleException {
        assertThat(RuleParser.parse(List.of())).isEqualTo(RuleCommand.ListServices.DEFAULT);
    }

    @Test
    void parse_argumentWithControlCharacters_replacedInTheMessage() {
        assertThatThrownBy(() -> RuleParser.parse(List.of("-A", "-t", "10.0.0.1 :80\u001b[2J" + "x".repeat(99))))
                .isInstanceOfSatisfying(
                        RuleException.class, e -> assertThat(e.token()).hasSizeGreaterThan(100))
                .hasMessageContaining("'10.0.0.1 :80?[2Jxxx")
                .hasMessageContaining("xxx...'")
                .hasMessageNotContaining("\u001b");
    }
}
