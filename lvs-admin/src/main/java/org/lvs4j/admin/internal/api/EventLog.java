package org.lvs4j.admin.internal.api;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.admin.internal.http.EventFeed;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last changes of configuration and health, in two rings: a burst of one kind does not push out the other. Text is made
 * when somebody reads. Thread-safe; adding is a short lock, because it happens with the lock of the configuration held.
 */
public final class EventLog implements EventFeed, ConfigurationListener, Consumer<HealthEvent> {
    /** How many events of each kind are known. */
    static final int CAPACITY = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(EventLog.class);

    private final String process = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final Supplier<Instant> clock;
    private final Ring configuration = new Ring();
    private final Ring health = new Ring();
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();

    // Guarded by this object, as are the rings.
    private long newest;

    /** One change. Exactly one of configuration and health is not null. */
    record Entry(long id, Instant time, Object what) {}

    private static final class Ring {
        private final Entry[] entries = new Entry[CAPACITY];
        private long count;

        void add(Entry entry) {
            entries[(int) (count++ % CAPACITY)] = entry;
        }

        /** Those above a number, in order. */
        List<Entry> after(long id) {
            List<Entry> found = new ArrayList<>();
            for (long i = Math.max(0, count - CAPACITY); i < count; i++) {
                Entry entry = entries[(int) (i % CAPACITY)];
                if (entry.id() > id) {
                    found.add(entry);
                }
            }
            return found;
        }
    }

    /** A log without events so far. */
    public EventLog(Supplier<Instant> clock) {
        this.clock = clock;
    }

    @Override
    public void configurationChanged(ConfigurationChange change) {
        add(configuration, change);
    }

    @Override
    public void accept(HealthEvent event) {
        add(health, event);
    }

    private void add(Ring ring, Object what) {
        synchronized (this) {
            ring.add(new Entry(++newest, clock.get(), what));
        }
        for (Runnable each : actions) {
            try {
                each.run();
            } catch (RuntimeException e) {
                LOGGER.warn("a stream of events cannot be woken", e);
            }
        }
    }

    @Override
    public synchronized long newest() {
        return newest;
    }

    @Override
    public List<Event> after(long id, int limit) {
        List<Entry> entries;
        synchronized (this) {
            entries = configuration.after(id);
            entries.addAll(health.after(id));
        }
        entries.sort((one, other) -> Long.compare(one.id(), other.id()));
        List<Event> events = new ArrayList<>();
        for (Entry each : entries.subList(0, Math.min(limit, entries.size()))) {
            events.add(new Event(each.id(), type(each), Json.line(json -> write(json, each))));
        }
        return events;
    }

    private static String type(Entry entry) {
        return entry.what() instanceof HealthEvent ? "health" : "configuration";
    }

    /** The last changes of health, in order. */
    synchronized List<Entry> history() {
        return health.after(0);
    }

    @Override
    public long resume(String lastEventId) {
        String prefix = process + "-";
        if (lastEventId.startsWith(prefix)) {
            try {
                return Math.max(0, Math.min(newest(), Long.parseLong(lastEventId.substring(prefix.length()))));
            } catch (NumberFormatException e) {
                // As an event of another process.
            }
        }
        // The client knows nothing of this process: everything is new to it.
        return 0;
    }

    @Override
    public String print(long id) {
        return process + "-" + id;
    }

    /** A word with which the numbers of this log's events begin, and of no other's. */
    String process() {
        return process;
    }

    @Override
    public AutoCloseable onEvent(Runnable action) {
        actions.add(action);
        return () -> actions.remove(action);
    }

    /** Writes an entry as an object. */
    static void write(JsonWriter json, Entry entry) throws IOException {
        json.beginObject();
        json.name("time").value(entry.time().toString());
        if (entry.what() instanceof HealthEvent event) {
            write(json, event);
        } else {
            write(json, (ConfigurationChange) entry.what());
        }
        json.endObject();
    }

    private static void write(JsonWriter json, HealthEvent event) throws IOException {
        json.name("service").value(event.service());
        json.name("ids").beginArray();
        for (ServiceKey each : event.keys()) {
            json.value(ServiceIds.print(each));
        }
        json.endArray();
        if (event instanceof HealthEvent.QuorumChanged quorum) {
            json.name("change").value("quorum");
            json.name("up").value(quorum.up());
            json.name("weight").value(quorum.weight());
        } else if (event instanceof HealthEvent.ServerChanged server) {
            json.name("change").value("server");
            server(json, server.server());
            json.name("up").value(server.up());
            json.name("reason").value(server.reason());
        } else if (event instanceof HealthEvent.WeightChanged weight) {
            json.name("change").value("weight");
            server(json, weight.server());
            json.name("weight").value(weight.weight());
        } else if (event instanceof HealthEvent.CheckChanged check) {
            json.name("change").value("check");
            server(json, check.server());
            json.name("check").value(check.check().kind());
            json.name("up").value(check.up());
            json.name("reason").value(check.reason());
        } else if (event instanceof HealthEvent.ProbeFailed probe) {
            json.name("change").value("probe-failed");
            server(json, probe.server());
            json.name("check").value(probe.check().kind());
            json.name("reason").value(probe.reason());
        }
    }

    /** The endpoint of the server of an event; null if it is about a service. */
    static @Nullable String server(HealthEvent event) {
        RealServer server = null;
        if (event instanceof HealthEvent.ServerChanged changed) {
            server = changed.server();
        } else if (event instanceof HealthEvent.WeightChanged changed) {
            server = changed.server();
        } else if (event instanceof HealthEvent.CheckChanged changed) {
            server = changed.server();
        } else if (event instanceof HealthEvent.ProbeFailed failed) {
            server = failed.server();
        }
        return server == null ? null : server.endpoint().toString();
    }

    private static void server(JsonWriter json, RealServer server) throws IOException {
        json.name("server").value(server.endpoint().toString());
    }

    private static void write(JsonWriter json, ConfigurationChange change) throws IOException {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            name(json, "service-added", ServiceIds.print(added.service().key()));
            json.name("servers").value(added.servers().size());
        } else if (change instanceof ConfigurationChange.ServiceEdited edited) {
            name(json, "service-edited", ServiceIds.print(edited.after().key()));
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            name(json, "service-removed", ServiceIds.print(removed.key()));
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            name(json, "server-added", ServiceIds.print(added.service()));
            server(json, added.server());
            json.name("weight").value(added.server().weight());
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            name(json, "server-edited", ServiceIds.print(edited.service()));
            server(json, edited.after());
            json.name("weight").value(edited.after().weight());
            json.name("weightBefore").value(edited.before().weight());
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            name(json, "server-removed", ServiceIds.print(removed.service()));
            server(json, removed.server());
        } else if (change instanceof ConfigurationChange.TimeoutsChanged) {
            json.name("change").value("timeouts");
        } else if (change instanceof ConfigurationChange.SysctlChanged sysctl) {
            json.name("change").value("sysctl");
            json.name("sysctl").value(sysctl.sysctl().name().toLowerCase(Locale.ROOT));
            json.name("value").value(sysctl.after());
        }
    }

    private static void name(JsonWriter json, String change, String service) throws IOException {
        json.name("change").value(change);
        json.name("service").value(service);
    }
}
