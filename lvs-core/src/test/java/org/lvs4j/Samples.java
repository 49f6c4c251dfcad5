package org.lvs4j;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.IncludeSource;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.HealthActions;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Notification;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.Script;
import org.lvs4j.health.UdpCheck;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.persistence.engine.SipEngine;
import org.lvs4j.plane.PacketPaths;
import org.lvs4j.plane.PacketPlane;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Traffic;

/** A valid value of each type that is a parameter of the public API, or that has a public method. */
final class Samples {
    private static final String TEXT = "10.0.0.1:80";
    private static final ServiceKey KEY = ServiceKey.tcp(TEXT);
    private static final RealServer SERVER = RealServer.of("192.168.1.1:80");

    private static final Map<Class<?>, Supplier<?>> TABLE = new HashMap<>();

    private static <T> void put(Class<T> type, Supplier<? extends T> maker) {
        TABLE.put(type, maker);
    }

    static {
        put(boolean.class, () -> false);
        put(int.class, () -> 0);
        put(Integer.class, () -> 0);
        put(long.class, () -> 0L);
        put(double.class, () -> 0.0);
        put(Object.class, () -> TEXT);
        put(String.class, () -> TEXT);
        put(Appendable.class, StringBuilder::new);
        put(Duration.class, () -> Duration.ofSeconds(1));
        put(byte[].class, () -> TEXT.getBytes(StandardCharsets.UTF_8));
        put(Appendable.class, StringBuilder::new);
        put(ByteBuffer.class, () -> ByteBuffer.allocate(64));
        put(InputStream.class, InputStream::nullInputStream);
        put(OutputStream.class, OutputStream::nullOutputStream);
        put(InetAddress.class, InetAddress::getLoopbackAddress);
        put(InetSocketAddress.class, () -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 80));
        put(ServiceEdit.class, () -> (ServiceEdit<RuntimeException>) service -> service);
        put(ClassLoader.class, Samples.class::getClassLoader);
        put(LongSupplier.class, () -> System::nanoTime);
        put(RandomGenerator.class, () -> new SplittableRandom(1));
        put(Consumer.class, () -> value -> {});
        put(List.class, List::of);
        put(Collection.class, List::of);
        put(Iterable.class, List::of);
        put(Set.class, Set::of);
        put(Map.class, Map::of);

        put(IpAddress.class, () -> IpAddress.parse("10.0.0.1"));
        put(IpAddress[].class, () -> new IpAddress[0]);
        put(Endpoint.class, () -> Endpoint.parse(TEXT));
        put(FoundServer.class, () -> FoundServer.of(Endpoint.parse(TEXT)));
        put(ServerSource.class, () -> observer -> () -> {});
        put(Discovery.Builder.class, () -> Discovery.builder(director(), KEY, observer -> () -> {}));
        put(
                Discovery.class,
                () -> Discovery.builder(director(), KEY, observer -> () -> {}).start());
        put(BiConsumer.class, () -> (one, other) -> {});
        put(Affinity.class, () -> Affinity.of(TEXT));
        put(Call.class, () -> connection -> TEXT);
        put(ServerListener.class, () -> new ServerListener() {
            @Override
            public void failed(ServiceKey service, Endpoint server, Throwable cause) {}

            @Override
            public void answered(ServiceKey service, Endpoint server) {}
        });
        put(Throwable.class, IllegalStateException::new);
        put(Flow.class, () -> Flow.of(Protocol.TCP, Endpoint.parse("10.9.9.9:1234"), Endpoint.parse(TEXT)));
        put(Traffic.class, () -> Traffic.NONE);

        put(ServiceKey.class, () -> KEY);
        put(VirtualService.Builder.class, () -> VirtualService.builder(KEY));
        put(RealServer.class, () -> SERVER);
        put(RealServer[].class, () -> new RealServer[0]);
        put(RealServer.Builder.class, SERVER::toBuilder);
        put(Forwarding.class, Forwarding::ipip);
        put(Forwarding.Tunnel.class, () -> Forwarding.ipip().tunnel());

        put(Director.class, Samples::director);
        put(Director.Builder.class, Director::builder);
        put(FlowDispatcher.class, () -> director().flows());
        put(Connection.class, () -> director().open(KEY));
        put(DirectorConfiguration.class, () -> director().configuration());
        put(DirectorConfiguration.Builder.class, () -> director().configuration().toBuilder());
        put(ConfigurationListener.class, () -> change -> {});
        put(DrainOptions.class, () -> DrainOptions.within(Duration.ofSeconds(1)));
        put(Drain.class, Samples::drain);
        put(DirectorState.class, () -> director().saveState(0));
        put(TimeoutSettings.class, () -> TimeoutSettings.DEFAULTS);

        put(Path.class, () -> Path.of("number"));
        put(Pattern.class, () -> Pattern.compile("welcome"));
        put(Check[].class, () -> new Check[0]);
        put(String[].class, () -> new String[] {"/bin/true"});
        put(MonitoredService[].class, () -> new MonitoredService[0]);
        put(CheckSchedule.class, () -> CheckSchedule.builder().build());
        put(CheckSchedule.Builder.class, CheckSchedule::builder);
        put(HttpPage.StatusRange.class, () -> HttpPage.StatusRange.SUCCESS);
        put(HttpPage.class, () -> HttpPage.of("/"));
        put(
                HttpCheck.class,
                () -> HttpCheck.of(
                        ProbeTarget.of(Endpoint.parse(TEXT)),
                        CheckSchedule.builder().build(),
                        "/"));
        put(
                GrpcCheck.class,
                () -> GrpcCheck.of(
                        ProbeTarget.of(Endpoint.parse(TEXT)),
                        CheckSchedule.builder().build(),
                        ""));
        put(
                UdpCheck.class,
                () -> new UdpCheck(
                        ProbeTarget.of(Endpoint.parse(TEXT)),
                        CheckSchedule.builder().build(),
                        null,
                        null,
                        0,
                        255));
        put(Script.class, () -> Script.of("/bin/true"));
        put(Quorum.class, () -> Quorum.DEFAULT);
        put(
                MonitoredService.class,
                () -> MonitoredService.builder(VirtualService.of(KEY)).build());
        put(MonitoredService.Builder.class, () -> MonitoredService.builder(VirtualService.of(KEY)));
        put(Dialogue.class, NoDialogue::new);
        put(ReleaseOnFailure.class, () -> ReleaseOnFailure.CLIENTS);
        put(PassiveCheck.class, () -> PassiveCheck.DEFAULT);
        put(HealthActions.class, NoActions::new);
        put(HealthEngine.Builder.class, () -> HealthEngine.builder(new NoActions()));
        put(HealthEngine.class, () -> HealthEngine.builder(new NoActions()).build());

        put(MeterRegistry.class, SimpleMeterRegistry::new);
        put(LvsMetrics.class, () -> LvsMetrics.of(director()));
        put(LvsMetrics.Builder.class, () -> LvsMetrics.builder(director()));

        put(IncludeSource.class, () -> IncludeSource.NONE);
        put(KeepalivedOptions.ScriptCheck.class, () -> KeepalivedOptions.ScriptCheck.NONE);
        put(KeepalivedOptions.ServedCheck.class, () -> KeepalivedOptions.ServedCheck.NONE);

        put(PersistenceEngine.class, SipEngine::new);
        put(Rules.class, () -> Rules.of(director()));
        put(PacketPaths.class, () -> PacketPaths.fixed(1500));
        put(PacketPlane.Builder.class, () -> PacketPlane.builder(director(), PacketPaths.fixed(1500)));
        put(
                PacketPlane.class,
                () -> PacketPlane.builder(director(), PacketPaths.fixed(1500)).build());
    }

    private Samples() {}

    /** A conversation that waits for ever. */
    private static final class NoDialogue implements Dialogue {
        @Override
        public Step opened() {
            return Step.WAIT;
        }

        @Override
        public Step received(ByteBuffer data) {
            requireNonNull(data, "data");
            return Step.WAIT;
        }

        @Override
        public Step closed() {
            return Step.WAIT;
        }

        @Override
        public Step timedOut() {
            return Step.WAIT;
        }
    }

    /** Does nothing. */
    private static final class NoActions implements HealthActions {
        @Override
        public void startProbe(Probe probe) {
            requireNonNull(probe, "probe");
        }

        @Override
        public void cancelProbe(long id) {}

        @Override
        public void addService(VirtualService service) {
            requireNonNull(service, "service");
        }

        @Override
        public void editService(VirtualService service) {
            requireNonNull(service, "service");
        }

        @Override
        public void removeService(ServiceKey service) {
            requireNonNull(service, "service");
        }

        @Override
        public void addServer(ServiceKey service, RealServer server) {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        @Override
        public void editServer(ServiceKey service, RealServer server) {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        @Override
        public void removeServer(ServiceKey service, Endpoint server) {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        @Override
        public void notify(Notification notification) {
            requireNonNull(notification, "notification");
        }

        @Override
        public void event(HealthEvent event) {
            requireNonNull(event, "event");
        }
    }

    private static Drain drain() {
        return director().drain(KEY, SERVER.endpoint(), DrainOptions.within(Duration.ofSeconds(1)));
    }

    private static Director director() {
        Director director = Director.create();
        director.addService(VirtualService.of(KEY), SERVER);
        return director;
    }

    /** A sample for a parameter. */
    static Object of(Parameter parameter) {
        return parameter.getName().equals("mtu") ? (Object) 1500 : of(parameter.getType());
    }

    /**
     * A sample of a type: from the table; the first constant of an enum; one of the first type of a sealed interface; a
     * record of samples; or the result of a static factory with samples.
     *
     * @throws AssertionError if there is none, so that it is added to the table
     */
    static Object of(Class<?> type) {
        Supplier<?> maker = TABLE.get(type);
        if (maker != null) {
            return maker.get();
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        } else if (type.isSealed()) {
            return of(type.getPermittedSubclasses()[0]);
        } else if (type.isRecord()) {
            return recordOf(type);
        }
        return Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type)
                .min(Comparator.comparing(Method::toString))
                .map(Samples::call)
                .orElseThrow(() -> new AssertionError("no sample of " + type.getName()));
    }

    private static Object call(Method factory) {
        try {
            return factory.invoke(
                    null,
                    Arrays.stream(factory.getParameters()).map(Samples::of).toArray());
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError(factory + " made no sample", e);
        }
    }

    private static Object recordOf(Class<?> type) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            return canonical.newInstance(Arrays.stream(types).map(Samples::of).toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no sample of " + type.getName(), e);
        }
    }
}
