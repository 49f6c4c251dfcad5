package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.persistence.SavedTemplate;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.stats.Traffic;

/** Counts the records of a {@link DirectorState}. */
final class StateTotals implements StateRecords.Visitor {
    long unixMillis;
    int services;
    int drains;
    long templates;

    @Override
    public void head(long time, Traffic total) {
        unixMillis = time;
    }

    @Override
    public void service(ServiceKey key, @Nullable Persistence persistence, Traffic traffic) {
        services++;
    }

    @Override
    public void server(Endpoint endpoint, Traffic traffic, @Nullable SavedDrain drain) {
        drains += drain == null ? 0 : 1;
    }

    @Override
    public void template(int server, AddressFamily family, SavedTemplate template) {
        templates++;
    }
}
