package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

class RulesTest {
    @Test
    void print_recordedConfiguration_parsedAsTheSame() throws RuleException {
        Rules rules = Recordings.configuration();
        Rules again = Rules.parse(rules.print(), "again");
        assertThat(again).isEqualTo(rules).hasSameHashCodeAs(rules);
        assertThat(again.print()).isEqualTo(rules.print());
        assertThat(rules.print()).contains(" -x 100 -y 50");
        assertThat(rules.commands()).hasSize(27);
    }

    @Test
    void of_recordedConfiguration_asSaved() throws RuleException {
        Rules saved = Rules.of(Recordings.director());
        assertThat(saved.print()).isEqualTo(Recordings.read("save.txt"));
        assertThat(Rules.parse(saved.print(), "saved")).isEqualTo(saved);
    }

    @Test
    void parse_commentsBlankLinesAndProgramName_skipped() throws RuleException {
        String text = "\uFEFF# all of it\r\n\r\n \t \nipvsadm -A -t 10.0.0.1:80 -s rr # web\r\n\t-C#\n-C #\n  # -D\n-Z";
        assertThatThrownBy(() -> Rules.parse(text, "f")).hasMessageStartingWith("f:5:4: -#: unknown option");
        assertThat(Rules.parse(text.replace("-C#", "-C"), "f").print())
                .isEqualTo("-A -t 10.0.0.1:80 -s rr\n-C\n-C\n-Z\n");
        assertThat(Rules.parse("", "f").commands()).isEmpty();
        assertThatThrownBy(() -> Rules.parse("ipvsadm", "f")).hasMessageStartingWith("f:1:1: not a command 'ipvsadm'");
    }

    @Test
    void parse_programName_columnsOfTheFile() {
        assertThatThrownBy(() -> Rules.parse("ipvsadm -A\t-t x:80", "f"))
                .hasMessageStartingWith("f:1:15: illegal virtual server address[:port] specified 'x:80'");
    }

    @Test
    void parse_severalBadLines_allErrorsListed() {
        assertThatThrownBy(() -> Rules.parse("-X\n-C\n-A -t x:80\n", "f"))
                .hasMessageStartingWith("f:1:1: -X: unknown option")
                .asInstanceOf(InstanceOfAssertFactories.type(RuleException.class))
                .satisfies(
                        e -> assertThat(e.all()).extracting(RuleException::line).containsExactly(1, 3));
    }

    @Test
    void parse_tooLong_refused() {
        String line = "-A -t 10.0.0.1:80 -s " + "r".repeat(1 << 20);
        assertThatThrownBy(() -> Rules.parse("-C\n" + line, "f"))
                .hasMessageStartingWith("f:2:1: line of 1048597 characters is too long")
                .hasMessageEndingWith("expected at most 65536 characters");
        assertThatThrownBy(() -> Rules.parse("#\n".repeat(Rules.MAX_TEXT_LENGTH / 2 + 1), "f"))
                .hasMessageStartingWith("f:1:1: text of 134217730 characters is too long")
                .hasMessageEndingWith("expected at most 134217728 characters");
        assertThatThrownBy(() -> Rules.parse("-A -t 10.0.0.1:80 -s " + "r".repeat(65_000), "f"))
                .hasMessageStartingWith("f:1:22: illegal scheduler specified 'rrr")
                .hasMessageEndingWith("letters and digits");
    }

    @Test
    @Tag("slow")
    void parse_tooManyCommands_refused() throws RuleException {
        String most = "-C\n".repeat(Rules.MAX_COMMANDS);
        assertThat(Rules.parse(most, "f").commands()).hasSize(Rules.MAX_COMMANDS);
        assertThatThrownBy(() -> Rules.parse(most + "-Z\n", "f"))
                .hasMessage("f:1000001:1: too many commands '-Z'; expected at most 1000000");
    }

    @Test
    void applyTo_refusedMidway_namesLineAndKeepsEarlierCommands() throws RuleException {
        Director director = Director.create();
        Rules rules = Rules.parse("-A -t 10.0.0.1:80\n\n-A -t 10.0.0.2:80 -s nosuch\n-A -t 10.0.0.3:80\n", "lb.rules");
        assertThatThrownBy(() -> rules.applyTo(director))
                .hasMessageStartingWith(
                        "lb.rules:3:22: Scheduler or persistence engine not found 'nosuch'; expected one of")
                .hasMessageContaining(" rr ")
                .asInstanceOf(InstanceOfAssertFactories.type(RuleException.class))
                .satisfies(e -> assertThat(e.ipvsadmExitCode()).isEqualTo(255));
        assertThat(Rules.of(director).print()).isEqualTo("-A -t 10.0.0.1:80 -s wlc\n");
    }

    @Test
    void applyTo_unknownEngine_namesThoseRegistered() throws RuleException {
        Rules rules = Rules.parse("-A -u 10.0.0.1:5060 -s rr -p 60 --pe nosuch", "f");
        assertThatThrownBy(() -> rules.applyTo(Director.create()))
                .hasMessageStartingWith("f:1:38: Scheduler or persistence engine not found 'nosuch'; expected one of ")
                .hasMessageEndingWith(" sip");
    }

    @Test
    void applyTo_commandThatChangesNothing_refusedBeforeTheFirstCommand() throws RuleException {
        Director director = Director.create();
        for (String bad : new String[] {"-L", "-S", "-R", "-h", "-v", "-L --timeout", "--start-daemon master"}) {
            Rules rules = Rules.parse("-A -t 10.0.0.1:80\n" + bad, "f");
            assertThatThrownBy(() -> rules.applyTo(director))
                    .isInstanceOf(RuleException.class)
                    .hasMessageStartingWith("f:2:1: ");
        }
        assertThat(director.services()).isEmpty();
    }

    @Test
    void applyTo_everyChange_done() throws RuleException {
        Director director = Director.create();
        Rules.parse("""
                        -A -t 10.0.0.1:80 -s rr
                        -A -t 10.0.0.2:80 -s rr
                        -E -t 10.0.0.1:80 -s wrr -p 60
                        -a -t 10.0.0.1:80 -r 192.168.1.1 -m -x 10
                        -a -t 10.0.0.1:80 -r 192.168.1.2 -m
                        -e -t 10.0.0.1:80 -r 192.168.1.1 -m -w 5
                        -d -t 10.0.0.1:80 -r 192.168.1.2
                        -D -t 10.0.0.2:80
                        --set 10 0 20
                        -Z
                        -Z -t 10.0.0.1:80
                        """, "f").applyTo(director);
        assertThat(Rules.of(director).print()).isEqualTo("""
                -A -t 10.0.0.1:80 -s wrr -p 60
                -a -t 10.0.0.1:80 -r 192.168.1.1:80 -m -w 5
                """);
        assertThat(director.timeouts()).isEqualTo(new TimeoutSettings(10, 120, 20));
        assertThat(director.services().get(0).servers().get(0).server().upperThreshold())
                .isZero();
        new RuleCommand.Clear().applyTo(director);
        assertThat(director.services()).isEmpty();
    }

    @Test
    void applyTo_commandNotParsed_errorAtItsToken() {
        Director director = Director.create();
        ServiceKey key = ServiceKey.tcp("10.0.0.1:80");
        director.addService(VirtualService.builder(key).build());
        RealServer server = RealServer.builder("192.168.1.1:80").build();
        assertThatThrownBy(() -> new RuleCommand.EditServer(key, server).applyTo(director))
                .hasMessageStartingWith("No such destination '192.168.1.1:80'; expected");
        assertThatThrownBy(() ->
                        new RuleCommand.DeleteServer(ServiceKey.mark(1), Endpoint.parse("1.2.3.4:5")).applyTo(director))
                .hasMessageStartingWith("Service not defined '1'; expected");
        assertThatThrownBy(() -> new RuleCommand.Zero(ServiceKey.mark(1)).applyTo(director))
                .hasMessageStartingWith("No such service '1'; expected");
    }

    @Test
    @SuppressWarnings("NullAway")
    void anyParameter_null_refusedByName() throws RuleException {
        Director director = Director.create();
        DirectorConfiguration running = director.configuration();
        Rules rules = Rules.parse("-C", "f");
        ServiceKey key = ServiceKey.mark(1);
        assertNull("text", () -> Rules.parse(null, "f"));
        assertNull("source", () -> Rules.parse("", null));
        assertNull("director", () -> Rules.of((Director) null));
        assertNull("changes", () -> Rules.of((List<ConfigurationChange>) null));
        assertNull("changes contains null", () -> Rules.of(Arrays.asList((ConfigurationChange) null)));
        assertNull("director", () -> rules.applyTo(null));
        assertNull("running", () -> rules.replacing(null, director));
        assertNull("director", () -> rules.replacing(running, null));
        assertNull("running", () -> rules.appliedTo(null, director));
        assertNull("director", () -> rules.appliedTo(running, null));
        assertNull("problem", () -> rules.error(0, null, ""));
        assertNull("expected", () -> rules.error(0, "", null));
        assertNull("arguments", () -> RuleParser.parse(null));
        assertNull("arguments contains null", () -> RuleParser.parse(Arrays.asList("-C", null)));
        assertNull("director", () -> new RuleCommand.Clear().applyTo(null));
        assertNull("service", () -> new RuleCommand.AddService(null));
        assertNull("service", () -> new RuleCommand.EditService(null));
        assertNull("key", () -> new RuleCommand.DeleteService(null));
        assertNull("server", () -> new RuleCommand.AddServer(key, null));
        assertNull("server", () -> new RuleCommand.EditServer(key, null));
        assertNull("server", () -> new RuleCommand.DeleteServer(key, null));
        assertNull("settings", () -> new RuleCommand.SetTimeouts(null));
        assertNull("role", () -> new RuleCommand.StopDaemon(null));
        assertNull("columns", () -> new RuleCommand.ListServices(null, null, true, true, true));
        assertNull("command", () -> Listing.of(director, null));
        assertNull("services", () -> Listing.services(null, RuleCommand.ListServices.DEFAULT));
        assertNull("list", () -> Listing.services(List.of(), null));
        assertNull("settings", () -> Listing.timeouts(null));
    }

    private static void assertNull(String message, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(message);
    }
}
