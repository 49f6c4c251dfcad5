package org.lvs4j.examples.standalone.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.Listing;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.net.Protocol;

/**
 * The output of {@code lvsadm -L --json}: the facts of the text in the same order, as one line of JSON. A listing of
 * services always has the figures of all its columns, to the last digit. Stateless.
 */
public final class JsonListing {
    /** The option; not one of {@code ipvsadm}. */
    public static final String OPTION = "--json";

    private JsonListing() {}

    /**
     * Prints the output of a command about a director. A listing of connections takes the same memory for a million as
     * for one.
     *
     * @return false if the command is not {@code -L}; nothing is printed then
     * @throws RuleException if the command names a service that does not exist; nothing is printed then
     * @throws IOException if the output throws it
     */
    public static boolean print(Director director, RuleCommand command, Appendable output)
            throws RuleException, IOException {
        if (command instanceof RuleCommand.ListServices list) {
            List<ServiceSnapshot> services = Listing.listed(director, list);
            print(output, json -> services(json, services));
        } else if (command instanceof RuleCommand.ListConnections) {
            print(output, json -> connections(json, director));
        } else if (command instanceof RuleCommand.ListTimeouts) {
            print(output, json -> timeouts(json, director.timeouts()));
        } else if (command instanceof RuleCommand.ListDaemons) {
            print(output, json -> json.name("daemons").beginArray().endArray());
        } else {
            return false;
        }
        return true;
    }

    /** Writes the members of an object. */
    @FunctionalInterface
    interface Members {
        void write(JsonWriter json) throws IOException;
    }

    static void print(Appendable output, Members members) throws IOException {
        JsonWriter json = new JsonWriter(new BufferedWriter(new AppendableWriter(output)));
        json.setStrictness(Strictness.STRICT);
        json.beginObject();
        members.write(json);
        json.endObject().flush();
        output.append("\n");
    }

    static void services(JsonWriter json, List<ServiceSnapshot> services) throws IOException {
        json.name("services").beginArray();
        for (ServiceSnapshot service : services) {
            ServiceJson.write(json, service);
        }
        json.endArray();
    }

    private static void timeouts(JsonWriter json, TimeoutSettings timeouts) throws IOException {
        json.name("timeoutSeconds").beginObject();
        json.name("tcp").value(timeouts.tcp());
        json.name("tcpFin").value(timeouts.tcpFin());
        json.name("udp").value(timeouts.udp());
        json.endObject();
    }

    private static void connections(JsonWriter json, Director director) throws IOException {
        try {
            json.name("connections").beginArray();
            director.forEachConnection(unchecked(each -> connection(json, each)));
            json.endArray();
            json.name("templates").beginArray();
            director.forEachTemplate(unchecked(each -> template(json, each)));
            json.endArray();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes one of many. */
    private interface Item<T> {
        void write(T item) throws IOException;
    }

    private static <T> Consumer<T> unchecked(Item<T> item) {
        return each -> {
            try {
                item.write(each);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static void connection(JsonWriter json, ConnectionSnapshot connection) throws IOException {
        json.beginObject();
        json.name("protocol").value(ServiceJson.lower(connection.protocol()));
        json.name("state").value(connection.state().label());
        json.name("client").value(connection.client().toString());
        json.name("virtual").value(connection.virtual().toString());
        json.name("server").value(connection.server().toString());
        json.name("expiresInSeconds").value(TimeUnit.NANOSECONDS.toSeconds(connection.expiresInNanos()));
        json.endObject();
    }

    private static void template(JsonWriter json, TemplateSnapshot template) throws IOException {
        Protocol protocol = template.protocol();
        json.beginObject();
        json.name("protocol").value(protocol == null ? null : ServiceJson.lower(protocol));
        json.name("client").value(template.client().toString());
        json.name("virtual").value(template.virtual().toString());
        json.name("server").value(template.server().toString());
        json.name("assured").value(template.confirmed());
        json.name("engine").value(template.engine());
        json.name("identity").value(template.identity());
        json.name("expiresInSeconds").value(TimeUnit.NANOSECONDS.toSeconds(template.expiresInNanos()));
        json.endObject();
    }
}
