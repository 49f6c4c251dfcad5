package org.lvs4j.benchmarks.change;

import java.util.List;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.netty.Relay;

/** The ways to change the weight of one server. */
public enum ChangePeer {
    /** {@code Director.editServer}. */
    EDIT_SERVER {
        @Override
        WeightChange prepare(ConfiguredDirector configured) {
            Director director = configured.director();
            List<ServerEdited> steps = configured.steps();
            return step -> director.editServer(
                    steps.get(step).service(), steps.get(step).after());
        }
    },

    /** {@code Director.apply} of a list with the one change. */
    APPLY_CHANGES {
        @Override
        WeightChange prepare(ConfiguredDirector configured) {
            Director director = configured.director();
            List<ServerEdited> steps = configured.steps();
            return step -> director.apply(List.of(steps.get(step)));
        }
    },

    /** {@code Director.editServer}, then {@code Relay.refresh} of a relay that listens for every service. */
    RELAY_REFRESH {
        @Override
        WeightChange prepare(ConfiguredDirector configured) {
            WeightChange edit = EDIT_SERVER.prepare(configured);
            Relay relay = Relay.builder(configured.director()).threads(1).start();
            return new WeightChange() {
                @Override
                public void make(int step) {
                    edit.make(step);
                    relay.refresh();
                }

                @Override
                public void close() {
                    relay.close();
                }
            };
        }
    },

    /** {@code Director.apply} of a whole configuration, prepared beforehand: compares every service and server. */
    APPLY_CONFIGURATION {
        @Override
        WeightChange prepare(ConfiguredDirector configured) {
            Director director = configured.director();
            List<DirectorConfiguration> configurations = configured.configurations();
            return step -> director.apply(configurations.get(step));
        }
    };

    abstract WeightChange prepare(ConfiguredDirector configured);
}
