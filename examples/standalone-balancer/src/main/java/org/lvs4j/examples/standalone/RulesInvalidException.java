package org.lvs4j.examples.standalone;

import java.util.List;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;

/** A text that is not accepted; the message has one line for each error. */
final class RulesInvalidException extends Exception {
    private static final long serialVersionUID = 1;

    private final int ipvsadmExitCode;
    private final transient List<RuleException> errors;

    RulesInvalidException(String message) {
        super(message);
        ipvsadmExitCode = Answer.USAGE;
        errors = List.of();
    }

    /** The errors of a text. */
    RulesInvalidException(RuleException e) {
        this(e.all());
    }

    RulesInvalidException(List<RuleException> errors) {
        super(text(errors), errors.get(0));
        ipvsadmExitCode = errors.get(0).ipvsadmExitCode();
        this.errors = List.copyOf(errors);
    }

    private RulesInvalidException(RulesInvalidException cause, int ipvsadmExitCode) {
        super(cause.getMessage(), cause);
        this.ipvsadmExitCode = ipvsadmExitCode;
        errors = cause.errors;
    }

    /** The same errors with another exit code of {@code ipvsadm}. */
    RulesInvalidException withExitCode(int exitCode) {
        return new RulesInvalidException(this, exitCode);
    }

    static void throwIfAny(List<RuleException> errors) throws RulesInvalidException {
        if (!errors.isEmpty()) {
            throw new RulesInvalidException(errors);
        }
    }

    private static String text(List<RuleException> errors) {
        StringBuilder text = new StringBuilder();
        for (RuleException error : errors) {
            text.append(text.length() == 0 ? "" : "\n").append(error.getMessage());
        }
        if (errors.size() >= Rules.MAX_ERRORS) {
            text.append("\nand perhaps more: these are the first ")
                    .append(errors.size())
                    .append(" errors");
        }
        return text.toString();
    }

    /** The errors of the rules, in order; empty if the text as a whole was refused. */
    List<RuleException> errors() {
        return errors;
    }

    /** The exit code of {@code ipvsadm} for the first error. */
    int ipvsadmExitCode() {
        return ipvsadmExitCode;
    }
}
