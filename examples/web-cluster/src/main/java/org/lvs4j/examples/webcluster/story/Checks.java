package org.lvs4j.examples.webcluster.story;

/** Prints statements with their outcome, and counts those that do not hold. */
public final class Checks {
    private final Terminal terminal;
    private int failed;

    public Checks(Terminal terminal) {
        this.terminal = terminal;
    }

    public void expect(boolean holds, String statement) {
        if (holds) {
            terminal.print("  @|green " + terminal.symbol("✓", "ok") + "|@ " + statement);
        } else {
            failed++;
            terminal.print("  @|bold,red " + terminal.symbol("✗ ", "") + "FAILED:|@ " + statement);
        }
    }

    public boolean allHold() {
        return failed == 0;
    }
}
