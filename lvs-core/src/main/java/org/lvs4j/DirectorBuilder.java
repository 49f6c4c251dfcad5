package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.lvs4j.service.VirtualService;

/** Collects what a director needs from outside; not thread-safe. */
public final class DirectorBuilder {
    private static final int DEFAULT_MAX_CONNECTIONS = 4_194_304;
    private static final int DEFAULT_MAX_TEMPLATES = 1_048_576;

    LongSupplier ticker = System::nanoTime;
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    LongSupplier availablePages = DirectorBuilder::freeHeapPages;
    int maxConnections = DEFAULT_MAX_CONNECTIONS;
    int maxTemplates = DEFAULT_MAX_TEMPLATES;
    Duration slowStart = Duration.ZERO;
    ClassLoader classLoader = Director.class.getClassLoader();

    DirectorBuilder() {}

    /** The clock, in nanoseconds; only differences mean something. {@link System#nanoTime} by default. */
    public DirectorBuilder ticker(LongSupplier nanoClock) {
        ticker = requireNonNull(nanoClock, "nanoClock");
        return this;
    }

    /**
     * The source of randomness of those schedulers that need one, and of {@code drop_entry}; must be thread-safe if
     * several threads dispatch.
     */
    public DirectorBuilder random(RandomGenerator generator) {
        random = requireNonNull(generator, "generator");
        return this;
    }

    /**
     * How many pages of 4096 bytes are available, which decides whether memory counts as low; by default what the
     * heap may still grow.
     */
    public DirectorBuilder availablePages(LongSupplier pages) {
        availablePages = requireNonNull(pages, "pages");
        return this;
    }

    /**
     * How many listed connections there may be at most, templates aside; further ones are dropped and counted. Those
     * opened by {@linkplain Director#open(ServiceKey) service} are bounded by the application that holds them.
     * {@value #DEFAULT_MAX_CONNECTIONS} by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public DirectorBuilder maxConnections(int ceiling) {
        maxConnections = requirePositive(ceiling, "maxConnections");
        return this;
    }

    /**
     * How many persistence templates there may be at most; beyond that, seldom used ones are evicted and counted.
     * {@value #DEFAULT_MAX_TEMPLATES} by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public DirectorBuilder maxTemplates(int ceiling) {
        maxTemplates = requirePositive(ceiling, "maxTemplates");
        return this;
    }

    private static int requirePositive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
        return value;
    }

    private static long freeHeapPages() {
        Runtime runtime = Runtime.getRuntime();
        return (runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory()) / 4096;
    }

    /**
     * The slow start of services that have none of their own. Ours, not of IPVS; zero by default, which is none.
     *
     * @throws IllegalArgumentException if it is negative or longer than a day
     * @see VirtualService.Builder#slowStart
     */
    public DirectorBuilder slowStart(Duration value) {
        slowStart = VirtualService.requireSlowStart(value);
        return this;
    }

    /** Where to look for schedulers and persistence engines; by default where this class comes from. */
    public DirectorBuilder classLoader(ClassLoader loader) {
        classLoader = requireNonNull(loader, "loader");
        return this;
    }

    /** The director. */
    public Director build() {
        return new Director(this);
    }
}
