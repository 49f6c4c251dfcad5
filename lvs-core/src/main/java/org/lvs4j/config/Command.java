package org.lvs4j.config;

import static org.lvs4j.config.Option.CONNECTIONS;
import static org.lvs4j.config.Option.DAEMONS;
import static org.lvs4j.config.Option.ENGINE;
import static org.lvs4j.config.Option.EXACT;
import static org.lvs4j.config.Option.INTERFACE;
import static org.lvs4j.config.Option.IPV6;
import static org.lvs4j.config.Option.LOWER_THRESHOLD;
import static org.lvs4j.config.Option.MULTICAST_GROUP;
import static org.lvs4j.config.Option.MULTICAST_PORT;
import static org.lvs4j.config.Option.MULTICAST_TTL;
import static org.lvs4j.config.Option.NETMASK;
import static org.lvs4j.config.Option.NUMERIC;
import static org.lvs4j.config.Option.ONE_PACKET;
import static org.lvs4j.config.Option.PERSISTENT;
import static org.lvs4j.config.Option.REAL_SERVER;
import static org.lvs4j.config.Option.SCHEDULER;
import static org.lvs4j.config.Option.SCHEDULER_FLAGS;
import static org.lvs4j.config.Option.SYNC_ID;
import static org.lvs4j.config.Option.SYNC_MAX_LENGTH;
import static org.lvs4j.config.Option.TIMEOUTS;
import static org.lvs4j.config.Option.TUNNEL_PORT;
import static org.lvs4j.config.Option.TUNNEL_TYPE;
import static org.lvs4j.config.Option.UPPER_THRESHOLD;
import static org.lvs4j.config.Option.WEIGHT;

import java.util.EnumSet;
import java.util.Set;
import java.util.StringJoiner;

/** The commands, with the options that each of them needs and takes. */
enum Command implements Switch {
    ADD_SERVICE('A', "add-service", Form.serviceForm()),
    EDIT_SERVICE('E', "edit-service", Form.serviceForm()),
    DELETE_SERVICE('D', "delete-service", new Form().service(true)),
    CLEAR('C', "clear", new Form()),
    RESTORE('R', "restore", new Form()),
    SAVE('S', "save", new Form().takes(NUMERIC)),
    ADD_SERVER('a', "add-server", Form.serverForm()),
    EDIT_SERVER('e', "edit-server", Form.serverForm()),
    DELETE_SERVER('d', "delete-server", new Form().service(true).server()),
    LIST(
            'L',
            "list",
            new Form()
                    .service(false)
                    .takes(CONNECTIONS, TIMEOUTS, DAEMONS, NUMERIC, EXACT)
                    .takes(Option.COLUMNS)
                    .takes(Option.SORTING)),
    ZERO('Z', "zero", new Form().service(false)),
    SET(NONE, "set", new Form().words(3)),
    START_DAEMON(
            NONE,
            "start-daemon",
            new Form()
                    .value()
                    .takes(INTERFACE, SYNC_ID, SYNC_MAX_LENGTH, MULTICAST_GROUP, MULTICAST_PORT, MULTICAST_TTL)),
    STOP_DAEMON(NONE, "stop-daemon", new Form().value()),
    HELP('h', "help", new Form()),
    VERSION('v', "version", new Form());

    private final Spelling spelling;
    private final Form form;

    Command(char shortName, String longName, Form form) {
        spelling = new Spelling(shortName, longName, form.value ? Arity.VALUE : Arity.FLAG);
        this.form = form;
    }

    @Override
    public Spelling spelling() {
        return spelling;
    }

    /** The name of this command in errors. */
    String nameInErrors() {
        return this == CLEAR ? "flush" : longName();
    }

    /** Whether it ignores everything that follows it. */
    boolean ignoresTheRest() {
        return this == HELP || this == VERSION;
    }

    /** The largest number of words without a dash that follow it. */
    int words() {
        return form.words;
    }

    boolean needsService() {
        return form.serviceNeeded;
    }

    boolean needsServer() {
        return form.serverNeeded;
    }

    boolean takes(Option option) {
        // ipvsadm takes --sort beside every command.
        return option == Option.SORT || form.options.contains(option);
    }

    /** The options that may follow it, for messages. */
    String optionsWritten() {
        if (form.options.isEmpty()) {
            String words = form.words > 0 ? form.words + " values and " : "";
            return words + "no option after " + written();
        }
        StringJoiner names = new StringJoiner(" ", "one of ", "");
        form.options.forEach(option -> names.add(option.written()));
        return names.toString();
    }

    /** All commands, for messages. */
    static String allWritten() {
        StringJoiner names = new StringJoiner(" ");
        for (Command command : values()) {
            names.add(command.written());
        }
        return names.toString();
    }

    /** The options, values and words that a command needs and takes. */
    private static final class Form {
        private final Set<Option> options = EnumSet.noneOf(Option.class);
        private boolean serviceNeeded;
        private boolean serverNeeded;
        private boolean value;
        private int words;

        static Form serviceForm() {
            return new Form().service(true).takes(SCHEDULER, SCHEDULER_FLAGS, PERSISTENT, NETMASK, ENGINE, ONE_PACKET);
        }

        static Form serverForm() {
            return new Form()
                    .service(true)
                    .server()
                    .takes(Option.FORWARDING)
                    .takes(WEIGHT, UPPER_THRESHOLD, LOWER_THRESHOLD, TUNNEL_TYPE, TUNNEL_PORT)
                    .takes(Option.CHECKSUM);
        }

        Form service(boolean needed) {
            serviceNeeded = needed;
            return takes(Option.SERVICE).takes(IPV6);
        }

        Form server() {
            serverNeeded = true;
            return takes(REAL_SERVER);
        }

        Form takes(Option... more) {
            return takes(Set.of(more));
        }

        Form takes(Set<Option> more) {
            options.addAll(more);
            return this;
        }

        Form value() {
            value = true;
            return this;
        }

        Form words(int count) {
            words = count;
            return this;
        }
    }
}
