package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.lvs4j.config.keepalived.KeepalivedOptions.ScriptCheck;
import org.lvs4j.health.Script;

/** With enable_script_security, each program that is not secure is an error at its place. */
class ScriptSecurityTest {
    private static final String TEXT = """
            global_defs {
                startup_script /s/start
                script_user nobody
            }
            virtual_server 192.0.2.1 80 {
                lvs_sched rr
                lvs_method NAT
                protocol TCP
                quorum_up "/s/up 1"
                real_server 198.51.100.11 80 {
                    notify_down "/s/down" root
                    MISC_CHECK {
                        misc_path "/s/check"
                        user root
                    }
                }
            }
            """;

    private static final ScriptCheck ROOT_IS_INSECURE = new ScriptCheck() {
        @Override
        public @Nullable String problem(String program) {
            return null;
        }

        @Override
        public @Nullable String insecure(Script script) {
            return "nobody".equals(script.user()) ? null : "/s";
        }
    };

    @Test
    void parse_enabled_everyProgramOfRootAtItsPlace() {
        KeepalivedException e = catchThrowableOfType(
                KeepalivedException.class,
                () -> KeepalivedFile.parse(
                        "a.conf",
                        TEXT.replace("script_user", "enable_script_security\n    script_user"),
                        KeepalivedOptions.DEFAULT.withScripts(ROOT_IS_INSECURE)));

        String expected = "; expected one that only root can replace, or another user";
        assertThat(Reading.messages(e))
                .containsExactly(
                        "a.conf:2:20: program that is not secure (/s): '/s/start'" + expected,
                        "a.conf:12:21: program that is not secure (/s): '/s/down'" + expected,
                        "a.conf:14:23: program that is not secure (/s): '/s/check'" + expected);
    }

    @Test
    void parse_notEnabled_notAsked() throws KeepalivedException {
        KeepalivedConfiguration read =
                KeepalivedFile.parse("a.conf", TEXT, KeepalivedOptions.DEFAULT.withScripts(ROOT_IS_INSECURE));

        assertThat(read.globals().scriptSecurity()).isFalse();
    }
}
