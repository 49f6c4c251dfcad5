package org.lvs4j.examples.webcluster;

/** What must hold for the tour to be a success: each thing is shown, and whether it is so. */
final class Checks {
    private final Terminal terminal;
    private int broken;

    Checks(Terminal terminal) {
        this.terminal = terminal;
    }

    void expect(boolean holds, String statement) {
        if (holds) {
            terminal.print("  @|green " + terminal.drawn("✓", "ok") + "|@ " + statement);
        } else {
            broken++;
            terminal.print("  @|bold,red " + terminal.drawn("✗ ", "") + "NOT SO:|@ " + statement);
        }
    }

    boolean allHold() {
        return broken == 0;
    }
}
