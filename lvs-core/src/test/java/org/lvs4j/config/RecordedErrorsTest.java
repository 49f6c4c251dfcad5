package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.lvs4j.Director;

/** Every error that was recorded of the real ipvsadm: ours says the same first, and more, with the same exit status. */
class RecordedErrorsTest {
    @TestFactory
    List<DynamicTest> commandLine_recorded_sameExitStatusAndWords() throws RuleException {
        // One director for all of them: the recording was one run too, and later lines see what earlier ones did.
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
