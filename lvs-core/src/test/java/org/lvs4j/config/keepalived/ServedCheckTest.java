package org.lvs4j.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.lvs4j.config.keepalived.KeepalivedOptions.Refusal;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/** What a program cannot serve is an error at its place in the file. */
class ServedCheckTest {
    private static final String GROUP = """
            virtual_server_group G {
                192.0.2.1-9 80
            }
            virtual_server group G {
                lvs_sched rr
                lvs_method NAT
                protocol TCP
                sorry_server 198.51.100.99 80
                real_server 198.51.100.11 80 {
                }
                real_server 198.51.100.12 80 {
                    wrong
                }
            }
            """;

    private static KeepalivedException errors(ServedCheck check) {
        return catchThrowableOfType(
                KeepalivedException.class,
                () -> KeepalivedFile.parse("a.conf", GROUP, KeepalivedOptions.DEFAULT.withServed(check)));
    }

    @Test
    void refusal_serversAndSorryServer_amongTheOtherErrorsInTheOrderOfTheFile() {
        KeepalivedException e = errors(new ServedCheck() {
            @Override
            public @Nullable Refusal refusal(VirtualService service) {
                return null;
            }

            @Override
            public Refusal refusal(RealServer server) {
                return new Refusal("no way to " + server.endpoint().address(), "another one");
            }
        });

        assertThat(Reading.messages(e).stream().map(message -> message.replaceFirst("one of weight.*", "...")))
                .containsExactly(
                        "a.conf:4:1: sorry server: no way to 198.51.100.99, in 'virtual_server'; expected another one",
                        "a.conf:9:5: no way to 198.51.100.11, in 'real_server'; expected another one",
                        "a.conf:11:5: no way to 198.51.100.12, in 'real_server'; expected another one",
                        "a.conf:12:9: unknown key in real_server: 'wrong'; expected ...");
    }

    @Test
    void refusal_servicesOfAGroup_onlyTheFirstIsReported() {
        KeepalivedException e = errors(new ServedCheck() {
            @Override
            public Refusal refusal(VirtualService service) {
                return new Refusal(service.key() + " is too much", "less");
            }

            @Override
            public @Nullable Refusal refusal(RealServer server) {
                return null;
            }
        });

        assertThat(Reading.messages(e))
                .hasSize(2)
                .contains("a.conf:4:1: TCP 192.0.2.1:80 is too much, in 'virtual_server'; expected less");
    }
}
