package org.lvs4j.config;

import java.time.Duration;
import java.util.List;
import org.lvs4j.internal.text.Distance;
import org.lvs4j.internal.text.UnitTime;
import org.lvs4j.service.VirtualService;

/**
 * What is ours in a rule, and not of IPVS: a comment at the end of the line, {@code #lvs4j slow-start=60s}. The original
 * {@code ipvsadm} ignores it. An attribute that the comment does not name has its default.
 */
final class OwnWords {
    private static final String SLOW_START = "slow-start";
    private static final String EXPECTED = SLOW_START + "=TIME, such as " + SLOW_START + "=60s, with a service";

    private OwnWords() {}

    /** A command with the attributes that a comment gives it. */
    static RuleCommand applied(RuleCommand command, List<Token> ours) throws RuleException {
        if (ours.isEmpty()) {
            return command;
        }
        if (ours.size() == 1) {
            throw ours.get(0).misused("comment without words", EXPECTED);
        }
        if (command instanceof RuleCommand.AddService add) {
            return new RuleCommand.AddService(service(add.service(), ours));
        } else if (command instanceof RuleCommand.EditService edit) {
            return new RuleCommand.EditService(service(edit.service(), ours));
        }
        throw ours.get(1)
                .misused("nothing of ours belongs to this command, found", "no " + Words.OURS + ", or -A or -E");
    }

    private static VirtualService service(VirtualService service, List<Token> ours) throws RuleException {
        VirtualService.Builder builder = service.toBuilder();
        for (Token word : ours.subList(1, ours.size())) {
            int equals = word.text().indexOf('=');
            String name = equals < 0 ? word.text() : word.text().substring(0, equals);
            if (!name.equals(SLOW_START)) {
                String nearest = Distance.nearest(name, List.of(SLOW_START));
                throw word.misused(
                        "unknown word behind " + Words.OURS, nearest == null ? EXPECTED : "perhaps " + EXPECTED);
            }
            Duration time = UnitTime.parse(word.text().substring(equals < 0 ? 0 : equals + 1));
            if (time == null) {
                throw word.misused("not a time", EXPECTED);
            }
            try {
                builder.slowStart(VirtualService.requireSlowStart(time));
            } catch (IllegalArgumentException e) {
                throw word.misused(String.valueOf(e.getMessage()), EXPECTED);
            }
        }
        return builder.build();
    }

    /** The comment behind a service; empty if it has nothing of ours. */
    static String print(VirtualService service) {
        return service.slowStart().isZero()
                ? ""
                : " " + Words.OURS + " " + SLOW_START + "=" + UnitTime.print(service.slowStart());
    }
}
