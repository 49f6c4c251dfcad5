/** The data of the shop: accounts, products, orders and the guest book, in plain SQL for H2 and PostgreSQL. */
@NullMarked
package org.lvs4j.examples.webcluster.shop;

import org.jspecify.annotations.NullMarked;
