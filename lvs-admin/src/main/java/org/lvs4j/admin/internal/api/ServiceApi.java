package org.lvs4j.admin.internal.api;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Services, servers and drains. */
final class ServiceApi {
    static final String SERVICES = Api.BASE + "/services";
    private static final String SERVICE = SERVICES + "/{service}";
    private static final String SERVER = SERVICE + "/servers/{server}";
    private static final String DRAIN = SERVER + "/drain";
    private static final String ETAG = "ETag";

    private final Director director;
    private final Changes changes;

    ServiceApi(Director director, Changes changes) {
        this.director = director;
        this.changes = changes;
    }

    List<Route> routes() {
        return List.of(
                Route.read(SERVICES, this::list),
                Route.read(SERVICE, this::get),
                Route.change("PUT", SERVICE, this::put),
                Route.change("PATCH", SERVICE, this::patch),
                Route.change("DELETE", SERVICE, this::delete),
                Route.read(SERVER, this::getServer),
                Route.change("PUT", SERVER, this::putServer),
                Route.change("PATCH", SERVER, this::patchServer),
                Route.change("DELETE", SERVER, this::deleteServer),
                Route.read(Api.BASE + "/drains", this::drains),
                Route.change("PUT", DRAIN, this::drain),
                Route.change("DELETE", DRAIN, this::abort));
    }

    // ---- services

    private Response list(Request request) throws Problem {
        request.requireParameters(List.of("after", "limit"));
        Page<Named> page =
                new Page<>(Comparator.comparing(Named::id), Named.after(request.parameter("after")), request.limit());
        director.services()
                .forEach(each ->
                        page.accept(new Named(ServiceIds.print(each.service().key()), each)));
        return Response.json(Json.text(json -> {
            json.beginObject().name("services").beginArray();
            for (Named each : page.items()) {
                Status.write(json, requireNonNull(each.snapshot()));
            }
            json.endArray();
            Named next = page.next();
            json.name("next").value(next == null ? null : next.id());
            json.endObject();
        }));
    }

    /** A service with its name in paths; without a snapshot, the last one of a page. */
    private record Named(String id, @Nullable ServiceSnapshot snapshot) {
        static @Nullable Named after(@Nullable String id) {
            return id == null ? null : new Named(id, null);
        }
    }

    private Response get(Request request) throws Problem {
        request.requireParameters(List.of());
        return found(require(ServiceIds.parse(request.variable("service"))));
    }

    private ServiceSnapshot require(ServiceKey key) throws Problem {
        ServiceSnapshot snapshot = director.service(key);
        if (snapshot == null) {
            throw Problem.notFound("there is no service " + ServiceIds.print(key));
        }
        return snapshot;
    }

    private static Response found(ServiceSnapshot snapshot) {
        return Response.json(Json.text(json -> Status.write(json, snapshot)))
                .withHeaders(Map.of(ETAG, ETags.of(Status.configuration(snapshot))));
    }

    private Response put(Request request) throws Problem {
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        Fields fields = Json.object(request.body());
        return changed(request, key, before -> {
            if (before != null && !fields.has(ServiceForm.SERVERS)) {
                throw Problem.badRequest("the member 'servers' is missing, and the service exists: PUT replaces"
                        + " all of it, PATCH keeps what is not given");
            }
            return ServiceForm.read(fields, key, null);
        });
    }

    private Response patch(Request request) throws Problem {
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        Fields fields = Json.object(request.body());
        return changed(request, key, before -> ServiceForm.read(fields, key, required(key, before)));
    }

    private static DirectorConfiguration.Service required(
            ServiceKey key, DirectorConfiguration.@Nullable Service service) throws Problem {
        if (service == null) {
            throw Problem.notFound("there is no service " + ServiceIds.print(key));
        }
        return service;
    }

    /** What a service shall be; the tags have been checked. */
    @FunctionalInterface
    private interface Edit {
        DirectorConfiguration.@Nullable Service of(DirectorConfiguration.@Nullable Service before) throws Problem;
    }

    private Response changed(Request request, ServiceKey key, Edit edit) throws Problem {
        request.requireParameters(List.of());
        AtomicReference<DirectorConfiguration.@Nullable Service> wanted = new AtomicReference<>();
        List<ConfigurationChange> made = changes.change(request, key, before -> {
            ETags.require(request, before == null ? null : ETags.of(before));
            DirectorConfiguration.Service after = edit.of(before);
            wanted.set(after);
            return after;
        });
        ServiceSnapshot snapshot = director.service(key);
        if (snapshot == null) {
            return Response.noContent();
        }
        Response response = found(snapshot);
        if (!isSame(wanted.get(), Status.configuration(snapshot))) {
            // Somebody else has changed it since: their tag would let this client undo what it has not seen.
            response = response.withHeaders(Map.of());
        }
        return made.stream().anyMatch(ConfigurationChange.ServiceAdded.class::isInstance)
                ? response.withStatus(HttpResponseStatus.CREATED)
                : response;
    }

    /** Whether two configurations are the same but for the order of the servers, in which an edit keeps them. */
    private static boolean isSame(DirectorConfiguration.@Nullable Service one, DirectorConfiguration.Service other) {
        return one != null
                && one.service().equals(other.service())
                && Set.copyOf(one.servers()).equals(Set.copyOf(other.servers()));
    }

    private Response delete(Request request) throws Problem {
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        changed(request, key, before -> {
            required(key, before);
            return null;
        });
        return Response.noContent();
    }

    // ---- servers

    private Response getServer(Request request) throws Problem {
        request.requireParameters(List.of());
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        return foundServer(key, ServiceIds.server(request.variable("server")));
    }

    private Response foundServer(ServiceKey key, Endpoint endpoint) throws Problem {
        ServerSnapshot snapshot = director.server(key, endpoint);
        if (snapshot == null) {
            throw Problem.notFound("there is no server " + endpoint + " in " + ServiceIds.print(key));
        }
        return found(snapshot);
    }

    private static Response found(ServerSnapshot snapshot) {
        return Response.json(Json.text(json -> Status.write(json, snapshot)))
                .withHeaders(Map.of(ETAG, ETags.of(snapshot.server())));
    }

    /** What a server shall be; the tags have been checked. */
    @FunctionalInterface
    private interface ServerChange {
        @Nullable
        RealServer of(@Nullable RealServer before) throws Problem;
    }

    private Response putServer(Request request) throws Problem {
        Endpoint endpoint = ServiceIds.server(request.variable("server"));
        Fields fields = Json.object(request.body());
        return changedServer(request, endpoint, before -> ServerForm.read(fields, endpoint, null));
    }

    private Response patchServer(Request request) throws Problem {
        Endpoint endpoint = ServiceIds.server(request.variable("server"));
        Fields fields = Json.object(request.body());
        return changedServer(
                request, endpoint, before -> ServerForm.read(fields, endpoint, requiredServer(request, before)));
    }

    private Response deleteServer(Request request) throws Problem {
        Endpoint endpoint = ServiceIds.server(request.variable("server"));
        return changedServer(request, endpoint, before -> {
            requiredServer(request, before);
            return null;
        });
    }

    private static RealServer requiredServer(Request request, @Nullable RealServer server) throws Problem {
        if (server == null) {
            throw Problem.notFound(
                    "there is no server " + request.variable("server") + " in " + request.variable("service"));
        }
        return server;
    }

    private Response changedServer(Request request, Endpoint endpoint, ServerChange change) throws Problem {
        request.requireParameters(List.of());
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        AtomicReference<@Nullable RealServer> wanted = new AtomicReference<>();
        List<ConfigurationChange> made = changes.change(request, key, service -> {
            DirectorConfiguration.Service present = required(key, service);
            RealServer before = present.server(endpoint);
            ETags.require(request, before == null ? null : ETags.of(before));
            RealServer after = change.of(before);
            wanted.set(after);
            return with(present, endpoint, after);
        });
        ServerSnapshot snapshot = director.server(key, endpoint);
        if (snapshot == null) {
            return Response.noContent();
        }
        Response response = found(snapshot);
        if (!snapshot.server().equals(wanted.get())) {
            // As for a service.
            response = response.withHeaders(Map.of());
        }
        return made.stream().anyMatch(ConfigurationChange.ServerAdded.class::isInstance)
                ? response.withStatus(HttpResponseStatus.CREATED)
                : response;
    }

    /** A service with another server at an endpoint: in its place, at the end if it is new, or none. */
    private static DirectorConfiguration.Service with(
            DirectorConfiguration.Service service, Endpoint endpoint, @Nullable RealServer server) {
        List<RealServer> servers = new ArrayList<>();
        boolean placed = server == null;
        for (RealServer each : service.servers()) {
            if (!each.endpoint().equals(endpoint)) {
                servers.add(each);
            } else if (server != null) {
                servers.add(server);
                placed = true;
            }
        }
        if (!placed && server != null) {
            servers.add(server);
        }
        return new DirectorConfiguration.Service(service.service(), servers);
    }

    // ---- drains

    private Response drains(Request request) throws Problem {
        request.requireParameters(List.of());
        List<Drain> all = new ArrayList<>(director.drains());
        all.sort(Comparator.comparing((Drain each) -> ServiceIds.print(each.service()))
                .thenComparing(Drain::server));
        return Response.json(Json.text(json -> {
            json.beginObject().name("drains").beginArray();
            for (Drain each : all) {
                DrainForm.write(json, each);
            }
            json.endArray().endObject();
        }));
    }

    private Response drain(Request request) throws Problem {
        request.requireParameters(List.of());
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        Endpoint server = ServiceIds.server(request.variable("server"));
        DrainOptions options = DrainForm.read(request.body().isBlank() ? null : Json.object(request.body()));
        Drain drain = changes.guarded(() -> director.drain(key, server, options));
        changes.log(request, List.of("drain of " + server + " in " + key + " within " + options.deadline()));
        return Response.json(Json.text(json -> DrainForm.write(json, drain)));
    }

    private Response abort(Request request) throws Problem {
        request.requireParameters(List.of());
        ServiceKey key = ServiceIds.parse(request.variable("service"));
        Endpoint server = ServiceIds.server(request.variable("server"));
        for (Drain each : director.drains()) {
            if (each.service().equals(key) && each.server().equals(server)) {
                changes.guarded(each::abort);
                changes.log(request, List.of("drain of " + server + " in " + key + " aborted"));
                return Response.noContent();
            }
        }
        throw Problem.notFound("there is no drain of " + server + " in " + ServiceIds.print(key));
    }
}
