package org.lvs4j.examples.webcluster;

/** Prints statements with their outcome, and counts those that do not hold. */
final class Checks {
    private final Terminal terminal;
    private int failed;

    Checks(Terminal terminal) {
        this.terminal = terminal;
    }

    void expect(boolean holds, String statement) {
        if (holds) {
            terminal.print("  @|green " + terminal.symbol("✓", "ok") + "|@ " + statement);
        } else {
            failed++;
            terminal.print("  @|bold,red " + terminal.symbol("✗ ", "") + "FAILED:|@ " + statement);
        }
    }

    boolean allHold() {
        return failed == 0;
    }
}
