package org.lvs4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.lvs4j.Director;

class RulesPlacesTest {
    private static final String TEXT = "# web\n-A -t 10.0.0.1:80\n\n  -a -t 10.0.0.1:80 -r 10.0.0.2:80 -g\n";

    @Test
    void error_commandAboutAServer_placeOfTheServer() throws RuleException {
        RuleException error = Rules.parse(TEXT, "web.rules").error(1, "not relayed", "-m");

        assertThat(error).hasMessage("web.rules:4:24: not relayed '10.0.0.2:80'; expected -m");
        assertThat(error.ipvsadmExitCode()).isEqualTo(2);
    }

    @Test
    void error_commandAboutAService_placeOfTheLine() throws RuleException {
        assertThat(Rules.parse(TEXT, "web.rules")
                        .error(0, "not here", "another")
                        .line())
                .isEqualTo(2);
    }

    @Test
    void only_refusedByTheDirector_placeInTheWholeText() throws RuleException {
        Rules server = Rules.parse(TEXT, "web.rules").only(1);

        RuleException error = catchThrowableOfType(RuleException.class, () -> server.applyTo(Director.create()));

        assertThat(server.commands()).hasSize(1);
        assertThat(error.line()).isEqualTo(4);
    }

    @Test
    void only_noSuchCommand_indexRefused() throws RuleException {
        Rules rules = Rules.parse(TEXT, "web.rules");

        assertThatThrownBy(() -> rules.only(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
