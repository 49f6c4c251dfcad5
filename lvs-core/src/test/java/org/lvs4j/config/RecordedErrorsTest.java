package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.lvs4j.Director;

/** Compares errors with those of ipvsadm 1.31: the same exit status, and a message that contains the recorded one. */
class RecordedErrorsTest {
    @TestFactory
    List<DynamicTest> commandLine_recorded_sameExitStatusAndMessage() throws RuleException {
        // One director for all lines: the recording was one run, and earlier lines affect later ones.
        Director director = Recordings.director();
        return Recordings.read("errors.txt")
                .lines()
                .map(line -> DynamicTest.dynamicTest(line, () -> check(director, line.split(" \\| ", -1))))
                .toList();
    }

    private static void check(Director director, String[] recorded) {
        int status = 0;
        String message = "";
        try {
            RuleCommand command = RuleParser.parse(List.of(recorded[0].split(" ")));
            if (Listing.of(director, command).isEmpty()) {
                command.applyTo(director);
            }
        } catch (RuleException e) {
            status = e.ipvsadmExitCode();
            message = e.getMessage();
            assertThat(e.expected()).isNotBlank();
            assertThat(message).contains("; expected ");
        }
        assertThat(status).as(message).isEqualTo(Integer.parseInt(recorded[1]));
        assertThat(message).contains(recorded[2]);
        assertThat(message.isEmpty()).isEqualTo(status == 0);
    }
}
