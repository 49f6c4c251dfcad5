package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.IpAddress;

class SetUpCheckTest {
    private final Director director = Director.create();
    private final FakeHost host = new FakeHost(director);
    private final SetUpCheck check = new SetUpCheck(host::missing, new SetUp(host, host::missing), () -> 0);
    private final List<TunNetwork.Update> published = new ArrayList<>();

    @BeforeEach
    void setUp() throws RuleException {
        Rules.parse("""
                        -A -t 192.0.2.100:80
                        -a -t 192.0.2.100:80 -r 10.0.0.2:80 -m
                        -a -t 192.0.2.100:80 -r 10.0.0.3:80 -g
                        -A -t [2001:db8::100]:80
                        -a -t [2001:db8::100]:80 -r [fd00::2]:80 -m
                        """, "test").applyTo(director);
        host.refresh();
    }

    private boolean run() {
        return check.run(host.network, update -> {
            published.add(update);
            update.unused().forEach(DeviceOutput::close);
        });
    }

    @Test
    void run_nothingUndone_nothingExecuted() {
        int commands = host.commands;

        assertThat(run()).isFalse();

        assertThat(host.commands).isEqualTo(commands);
        assertThat(check.repairs()).isZero();
    }

    @Test
    void run_everythingUndone_everythingRestored() {
        Set<String> kernel = host.kernel();
        Set<String> devices = Set.copyOf(host.deviceStates);
        int undone = host.objects.size() + devices.size() + 1;
        host.objects.clear();
        host.deviceStates.clear();
        host.sysctls.put("net.ipv4.ip_forward", "0");

        assertThat(run()).isTrue();

        assertThat(host.kernel()).isEqualTo(kernel);
        assertThat(host.deviceStates).isEqualTo(devices);
        assertThat(check.repairs()).isEqualTo(undone);
        assertThat(run()).isFalse();
    }

    @Test
    void run_someStepsUndone_onlyTheseExecuted() {
        host.objects.remove("ip rule add pref 5301 lookup 5300");
        host.objects.remove("ip route add 192.0.2.100/32 dev lvs0 table 5300");
        int commands = host.commands;

        run();

        assertThat(host.commands - commands).isEqualTo(2);
        assertThat(check.repairs()).isEqualTo(2);
    }

    @Test
    void run_repairFails_triedAgainNextTime() {
        host.objects.remove("ip rule add pref 5301 lookup 5300");
        host.commandsUntilFailure = 0;

        assertThat(run()).isFalse();
        assertThat(check.repairs()).isZero();

        assertThat(run()).isTrue();
        assertThat(check.repairs()).isOne();
    }

    @Test
    void run_virtualAddressMovedToThisHost_restStillRepaired() {
        host.links.add(FakeHost.link("eth2", "192.0.2.100/32"));
        host.objects.remove("ip rule add pref 5301 lookup 5300");

        assertThat(run()).isTrue();

        assertThat(host.objects).contains("ip rule add pref 5301 lookup 5300");
    }

    @Test
    void run_networkOfHostAppeared_proxyNeighbourFollows() {
        host.links.add(FakeHost.link("eth2", "192.0.2.7/25"));

        assertThat(run()).isTrue();

        assertThat(host.objects).contains("ip neigh add proxy 192.0.2.100 dev eth2");
        assertThat(check.repairs()).isZero();
    }

    @Test
    void run_deviceOfDirectServerRemoved_openedAndSetUpAgain() {
        Set<String> devices = Set.copyOf(host.deviceStates);
        IpAddress server = IpAddress.parse("10.0.0.3");
        DeviceOutput before = host.network.view().direct(server);
        host.removeDevice("lvs0-0");

        assertThat(run()).isTrue();

        assertThat(host.deviceStates).isEqualTo(devices);
        assertThat(host.network.view().direct(server)).isNotNull().isNotSameAs(before);
        assertThat(published.get(published.size() - 1).view()).isSameAs(host.network.view());
        assertThat(host.openDevices).hasSize(1).doesNotContain(before);
    }

    @Test
    void run_stepsOnlyPlanned_nothingExecuted() {
        SetUpCheck reporting = new SetUpCheck(host::missing, null, () -> 0);
        host.objects.remove("ip rule add pref 5301 lookup 5300");
        int commands = host.commands;

        assertThat(reporting.run(host.network, update -> {})).isFalse();

        assertThat(host.commands).isEqualTo(commands);
    }

    @Test
    void run_stateUnreadable_nothingExecuted() {
        SetUpCheck blind = new SetUpCheck(
                steps -> {
                    throw new TunException("no answer");
                },
                new SetUp(host, host::missing),
                () -> 0);
        int commands = host.commands;

        assertThat(blind.run(host.network, update -> {})).isFalse();

        assertThat(host.commands).isEqualTo(commands);
    }
}
