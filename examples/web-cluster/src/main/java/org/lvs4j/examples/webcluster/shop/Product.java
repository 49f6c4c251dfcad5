package org.lvs4j.examples.webcluster.shop;

/** A product of the shop as it is now. */
public record Product(
        int id, String name, String summary, String description, String picture, int priceCents, int stock) {}
