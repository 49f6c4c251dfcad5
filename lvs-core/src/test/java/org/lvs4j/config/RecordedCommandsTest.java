package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;

/**
 * Compares single command lines with those of ipvsadm 1.31: which numbers, addresses, names and combinations of options
 * it takes, and what they mean. A line of a recording has the command line, its exit status, and its error, its
 * listing, or the configuration afterwards, as {@code -S -n} prints it and with the thresholds that differ from 0.
 */
class RecordedCommandsTest {
    private final Director director = Director.create();

    static List<String> onEmptyTable() {
        return Recordings.read("service-commands.txt").lines().toList();
    }

    static List<String> onOneService() {
        return Recordings.read("server-commands.txt").lines().toList();
    }

    @ParameterizedTest
    @MethodSource("onEmptyTable")
    void commandLine_onAnEmptyTable_asRecorded(String recorded) throws IOException {
        check(recorded);
    }

    @ParameterizedTest
    @MethodSource("onOneService")
    void commandLine_besideAService_asRecorded(String recorded) throws RuleException, IOException {
        Rules.parse("-A -t 192.0.2.1:80 -s rr", "service").applyTo(director);
        check(recorded);
    }

    private void check(String recorded) throws IOException {
        String[] parts = recorded.split(" \\| ?", -1);
        int status = 0;
        String result;
        try {
            result = execute(RuleParser.parse(List.of(parts[0].split(" "))));
        } catch (RuleException e) {
            status = e.ipvsadmExitCode();
            result = e.getMessage();
        }
        assertThat(status).as(result).isEqualTo(Integer.parseInt(parts[1]));
        if (status == 0) {
            assertThat(result).isEqualTo(parts[2]);
        } else {
            assertThat(result).contains(parts[2]);
        }
    }

    private String execute(RuleCommand command) throws RuleException, IOException {
        String listing = Listing.of(director, command).orElse(null);
        if (listing != null) {
            return listing.lines().map(String::stripTrailing).collect(Collectors.joining(" / "));
        } else if (command instanceof RuleCommand.Save save) {
            StringBuilder text = new StringBuilder();
            Rules.of(director).print(save.numeric(), text);
            return text.toString().strip();
        } else if (command instanceof RuleCommand.Help || command instanceof RuleCommand.Version) {
            return "";
        }
        command.applyTo(director);
        return saved();
    }

    private String saved() {
        String saved = Rules.of(director)
                .print()
                .lines()
                .filter(line -> !line.equals("-A -t 192.0.2.1:80 -s rr")
                        || director.services().get(0).servers().isEmpty())
                .collect(Collectors.joining(" / "));
        for (ServiceSnapshot service : director.services()) {
            for (ServerSnapshot server : service.servers()) {
                int upper = server.server().upperThreshold();
                int lower = server.server().lowerThreshold();
                saved += upper == 0 && lower == 0 ? "" : " / -x " + upper + " -y " + lower;
            }
        }
        return saved;
    }
}
