package org.lvs4j.examples.standalone.top;

import java.io.IOError;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * The terminal, which gets its former screen and settings back at the end, in whichever way the process ends. Keys are read by
 * one thread and lines drawn by another.
 */
final class Screen implements AutoCloseable {
    /** How long after an Escape the rest of a function key may take. */
    private static final long ESCAPE_MILLIS = 100;

    /** Its warnings, with stacks, are of types of terminal that infocmp does not know, which it then takes for ANSI ones. */
    private static final Logger LIBRARY = Logger.getLogger("org.jline");

    private static final String UNUSABLE = "the terminal cannot be used; try --once";
    private static final char CONTROL_C = 3;
    private static final char DELETE = 127;

    private final Terminal terminal;
    private final Display display;
    private final Attributes before;
    private final BindingReader reader;
    private final KeyMap<Key> keys;
    private final Thread atEnd = new Thread(this::restore);
    private boolean drawn;
    private boolean restored;

    private Screen(Terminal terminal) {
        this.terminal = terminal;
        display = new Display(terminal, true);
        reader = new BindingReader(terminal.reader());
        keys = keys(terminal);
        before = terminal.getAttributes();
    }

    private synchronized void take() {
        Runtime.getRuntime().addShutdownHook(atEnd);
        terminal.enterRawMode();
        Attributes raw = terminal.getAttributes();
        // Ctrl-C is a key; Ctrl-Z would leave the shell with this screen.
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
        terminal.setAttributes(raw);
        drawn = true;
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.keypad_xmit);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
    }

    /**
     * Takes the terminal of this process.
     *
     * @throws IOException if it has none that lines can be drawn on
     */
    static Screen open() throws IOException {
        LIBRARY.setLevel(Level.OFF);
        Terminal terminal;
        try {
            // The provider that needs no native library, and so no option of the JVM: it runs stty.
            terminal = TerminalBuilder.builder()
                    .provider("exec")
                    .system(true)
                    .systemOutput(TerminalBuilder.SystemOutput.SysOut)
                    .dumb(false)
                    .build();
        } catch (IllegalStateException | IOError e) {
            throw new IOException(UNUSABLE, e);
        }
        if (terminal.getStringCapability(Capability.cursor_address) == null) {
            terminal.close();
            throw new IOException("a terminal of type " + terminal.getType() + " cannot be drawn on; try --once");
        }
        Screen screen = new Screen(terminal);
        try {
            screen.take();
        } catch (IOError e) {
            screen.close();
            throw new IOException(UNUSABLE, e);
        }
        return screen;
    }

    private static KeyMap<Key> keys(Terminal terminal) {
        KeyMap<Key> keys = new KeyMap<>();
        keys.setAmbiguousTimeout(ESCAPE_MILLIS);
        keys.setNomatch(Key.of(Key.Kind.UNKNOWN));
        keys.setUnicode(Key.of(Key.Kind.UNKNOWN));
        for (char each = ' '; each < DELETE; each++) {
            keys.bind(Key.of(each), String.valueOf(each));
        }
        bind(keys, terminal, Key.Kind.UP, Capability.key_up, "\033[A", "\033OA");
        bind(keys, terminal, Key.Kind.DOWN, Capability.key_down, "\033[B", "\033OB");
        bind(keys, terminal, Key.Kind.RIGHT, Capability.key_right, "\033[C", "\033OC");
        bind(keys, terminal, Key.Kind.LEFT, Capability.key_left, "\033[D", "\033OD");
        bind(keys, terminal, Key.Kind.HOME, Capability.key_home, "\033[H", "\033[1~");
        bind(keys, terminal, Key.Kind.END, Capability.key_end, "\033[F", "\033[4~");
        bind(keys, terminal, Key.Kind.PAGE_UP, Capability.key_ppage, "\033[5~");
        bind(keys, terminal, Key.Kind.PAGE_DOWN, Capability.key_npage, "\033[6~");
        bind(keys, terminal, Key.Kind.BACKSPACE, Capability.key_backspace, "\b", String.valueOf(DELETE));
        keys.bind(Key.of(Key.Kind.ENTER), "\r", "\n");
        keys.bind(Key.of(Key.Kind.ESCAPE), "\033");
        keys.bind(Key.of(Key.Kind.INTERRUPT), String.valueOf(CONTROL_C));
        return keys;
    }

    private static void bind(KeyMap<Key> keys, Terminal terminal, Key.Kind kind, Capability name, String... sequences) {
        keys.bind(Key.of(kind), sequences);
        String named = KeyMap.key(terminal, name);
        if (named != null) {
            keys.bind(Key.of(kind), named);
        }
    }

    /** Waits for a key; null if there will be no more. */
    @Nullable
    Key read() {
        try {
            return reader.readBinding(keys);
        } catch (RuntimeException | IOError e) {
            // The terminal is gone or has been closed.
            return null;
        }
    }

    /** Calls back when the terminal has another size, on another thread. */
    void onResize(Runnable action) {
        terminal.handle(Terminal.Signal.WINCH, signal -> action.run());
    }

    /** Its size now; 24 lines of 80 columns if it does not say. */
    synchronized Size resize() {
        Size size = terminal.getSize();
        int rows = size.getRows() <= 0 ? 24 : size.getRows();
        int columns = size.getColumns() <= 0 ? 80 : size.getColumns();
        if (!restored) {
            display.resize(rows, columns);
            terminal.puts(Capability.clear_screen);
            display.reset();
        }
        return new Size(columns, rows);
    }

    /** Sends what differs from the lines before. */
    synchronized void draw(List<AttributedString> lines) {
        if (!restored) {
            display.update(lines, -1);
            terminal.flush();
        }
    }

    private synchronized void restore() {
        if (!restored) {
            restored = true;
            if (drawn) {
                terminal.puts(Capability.cursor_normal);
                terminal.puts(Capability.keypad_local);
                // A terminal without a second screen has lost the first one.
                boolean kept = terminal.getStringCapability(Capability.exit_ca_mode) != null;
                terminal.puts(kept ? Capability.exit_ca_mode : Capability.clear_screen);
                terminal.flush();
            }
            try {
                terminal.setAttributes(before);
            } catch (IOError e) {
                // The terminal is gone, or another process has it.
            }
        }
    }

    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // The process is ending already.
        }
        terminal.close();
    }
}
