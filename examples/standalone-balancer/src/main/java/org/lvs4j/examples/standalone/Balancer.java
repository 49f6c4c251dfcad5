package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.config.Reload;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A director and the plane that follows it, changed together: a change that either of them refuses leaves both as they
 * were. Thread-safe; changes wait for each other.
 */
final class Balancer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    private final Director director;
    private final Plane plane;

    private Balancer(Director director, Plane plane) {
        this.director = director;
        this.plane = plane;
    }

    /**
     * Starts serving.
     *
     * @param director without services; nobody else changes it from now on
     * @throws IllegalArgumentException if an option of the plane is out of range
     * @throws RelayException if an address cannot be listened at
     * @throws TunException if the device cannot be opened, or the network not be set up
     * @throws RuleException if the director refuses a rule
     */
    static Balancer start(Director director, Rules rules, PlaneOptions options) throws RuleException {
        rules.applyTo(director);
        return new Balancer(director, options.start(director));
    }

    /** For reading; changes go through this object. */
    Director director() {
        return director;
    }

    /** What an operator should know about the plane, one thing a line. */
    String announcement() {
        return plane.announcement();
    }

    /**
     * Does one command.
     *
     * @throws RuleException if the director refuses it
     * @throws RelayException if the relay cannot follow, or {@link TunException} if the packet plane cannot
     * @throws IllegalStateException if the plane is stopping
     */
    synchronized void change(RuleCommand command) throws RuleException {
        Rules before = running(director);
        command.applyTo(director);
        follow(before);
    }

    /**
     * Does all commands of a text or none of them. Services and servers that are the same afterwards notice nothing.
     *
     * @throws RulesInvalidException if the director refuses a command
     * @throws RelayException if the relay cannot follow, or {@link TunException} if the packet plane cannot
     */
    synchronized void change(Rules rules) throws RulesInvalidException {
        Director trial = Director.create();
        try {
            running(director).applyTo(trial);
            RulesFile.applyTo(trial, rules);
            apply(Reload.plan(director, running(trial)));
            for (RuleCommand command : rules.commands()) {
                if (command instanceof RuleCommand.Zero) {
                    zero(command);
                }
            }
        } catch (RuleException e) {
            throw new RulesInvalidException(List.of(e));
        }
    }

    private void zero(RuleCommand command) {
        try {
            command.applyTo(director);
        } catch (RuleException e) {
            // Its service was there when its turn was, and a later command of the same text has removed it.
            LOG.debug("nothing to zero", e);
        }
    }

    /**
     * Makes rules the whole configuration, by the smallest change.
     *
     * @return the changes, in the syntax of ipvsadm, one a line
     * @throws RuleException if the rules contradict themselves
     * @throws RelayException if the relay cannot follow, or {@link TunException} if the packet plane cannot
     */
    synchronized String reload(Rules rules) throws RuleException {
        Reload reload = Reload.plan(director, rules);
        apply(reload);
        return reload.print();
    }

    private void apply(Reload reload) throws RuleException {
        Rules before = running(director);
        reload.apply(director);
        follow(before);
    }

    private void follow(Rules before) {
        try {
            plane.refresh();
        } catch (RelayException | TunException | IllegalStateException e) {
            restore(before);
            throw e;
        }
    }

    private void restore(Rules before) {
        try {
            Reload.plan(director, before).apply(director);
            plane.refresh();
        } catch (IllegalStateException e) {
            LOG.debug("the plane is stopping: it has nothing to take back", e);
        } catch (RuleException | DirectorException | RelayException | TunException e) {
            LOG.error("what a refused change had done could not all be taken back: {}", e.getMessage());
        }
    }

    /** Everything about a director that rules can say, thresholds and timeouts included. */
    static Rules running(Director director) throws RuleException {
        StringBuilder text = new StringBuilder();
        text.append(new RuleCommand.SetTimeouts(director.timeouts()).print()).append('\n');
        List<ServiceSnapshot> services = director.services();
        for (ServiceSnapshot service : services) {
            text.append(new RuleCommand.AddService(service.service()).print()).append('\n');
            List<ServerSnapshot> servers = new ArrayList<>(service.servers());
            // Each server that is added becomes the first, so the last comes first.
            Collections.reverse(servers);
            for (ServerSnapshot server : servers) {
                text.append(new RuleCommand.AddServer(service.service().key(), server.server()).print())
                        .append('\n');
            }
        }
        return Rules.parse(text.toString(), "running configuration");
    }

    /**
     * Stops accepting and waits for connections to end.
     *
     * @return whether all ended before the deadline; those that have not are reset
     */
    boolean drain(Duration deadline) {
        return plane.drain(deadline);
    }

    /** Has a problem reported, once, that ends the plane by itself. */
    void onFailure(Consumer<Throwable> report) {
        plane.onFailure(report);
    }

    /** Takes back what would outlive the process, which is about to end. */
    void abandon() {
        plane.abandon();
    }

    /** Stops at once. */
    @Override
    public void close() {
        plane.close();
    }
}
