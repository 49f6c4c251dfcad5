package org.lvs4j.examples.webcluster.shop;

import java.time.OffsetDateTime;
import java.util.List;

/**
 * An order that was placed.
 *
 * @param placedBy the web server that placed it
 */
public record Order(long id, OffsetDateTime placedAt, String placedBy, long totalCents, List<Line> lines) {
    /**
     * So many of a product.
     *
     * @param priceCents the price of one at that time
     */
    public record Line(int product, String name, String picture, int count, int priceCents) {}
}
