package org.lvs4j.examples.webcluster.shop;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a visitor wants to order. Immutable; kept in sessions.
 *
 * <p>Its token is that of the order it becomes: two orders from one basket, because a form was sent twice, are one.
 */
public final class Basket implements Serializable {
    /** The most of one product. */
    public static final int MAX_COUNT = 99;

    private static final long serialVersionUID = 1;

    private final UUID token;
    private final TreeMap<Integer, Integer> counts;

    private Basket(UUID token, TreeMap<Integer, Integer> counts) {
        this.token = token;
        this.counts = counts;
    }

    /** An empty basket with a new token. */
    public static Basket empty() {
        return new Basket(UUID.randomUUID(), new TreeMap<>());
    }

    /** With so many more of the product; {@value #MAX_COUNT} at most. */
    public Basket plus(int product, int count) {
        TreeMap<Integer, Integer> changed = new TreeMap<>(counts);
        changed.merge(product, count, (a, b) -> Math.min(MAX_COUNT, a + b));
        return new Basket(token, changed);
    }

    /** Without the product. */
    public Basket without(int product) {
        TreeMap<Integer, Integer> changed = new TreeMap<>(counts);
        changed.remove(product);
        return new Basket(token, changed);
    }

    /** What is left of it when an order of another state of it has been placed, as a new basket. */
    public Basket without(Basket ordered) {
        TreeMap<Integer, Integer> left = new TreeMap<>(counts);
        ordered.counts.forEach((product, count) ->
                left.computeIfPresent(product, (id, present) -> present > count ? present - count : null));
        return new Basket(UUID.randomUUID(), left);
    }

    /** What is in it as text: equal for baskets with the same content. */
    public String content() {
        return counts.toString();
    }

    /** Identifies the order that this basket becomes. */
    public UUID token() {
        return token;
    }

    /** The counts by the ids of the products, in the order of the ids. */
    public Map<Integer, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** How many things are in it. */
    public int size() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Whether nothing is in it. */
    public boolean isEmpty() {
        return counts.isEmpty();
    }
}
