package org.lvs4j.examples.webcluster.shop;

import java.util.List;

/** There are fewer of some products than a basket has. Nothing was ordered. */
public final class OutOfStockException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Product> products;

    OutOfStockException(List<Product> products) {
        super("not enough in stock: " + products.stream().map(Product::name).toList());
        this.products = products;
    }

    /** The products, with what is left of them. */
    public List<Product> products() {
        return products;
    }
}
