package org.lvs4j.replay;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.lvs4j.Director;
import org.lvs4j.service.Sysctl;

/** A sysctl with its value, such as {@code conn_reuse_mode=0}. */
record Setting(Sysctl sysctl, int value) {
    private static final String EXPECTED = "a setting such as conn_reuse_mode=0";

    static Setting parse(Words words) throws TraceException {
        String word = words.need(EXPECTED);
        int equals = word.indexOf('=');
        if (equals <= 0) {
            throw words.fail(EXPECTED);
        }
        Sysctl sysctl = Sysctl.find(word.substring(0, equals));
        if (sysctl == null) {
            throw words.fail(
                    "no such setting:",
                    "one of " + Arrays.stream(Sysctl.values()).map(Sysctl::key).collect(Collectors.joining(", ")));
        }
        long value = Words.number(word.substring(equals + 1), sysctl.max());
        if (value < sysctl.min()) {
            throw words.fail("out of range:", "a value within " + sysctl.min() + ".." + sysctl.max());
        }
        words.end("nothing after a setting");
        return new Setting(sysctl, (int) value);
    }

    void apply(Director director) {
        director.setSysctl(sysctl, value);
    }

    @Override
    public String toString() {
        return sysctl.key() + "=" + value;
    }
}
