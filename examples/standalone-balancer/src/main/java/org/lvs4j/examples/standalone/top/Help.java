package org.lvs4j.examples.standalone.top;

import java.util.List;

/** The texts of help. */
final class Help {
    /** For a screen of 24 lines. */
    static final List<String> LINES = """
            up down j k     move the cursor; page up, page down, home g, end G
            space enter     fold or unfold the service; left folds, right unfolds, F all
            < > s S         sort by the column on the left or right; r reverses
            /               show only what contains a text; Esc shows all again
            d               drain the server under the cursor (asks first)
            u               give a drained server its weight again (asks first)
            w               change the weight of the server (asks first)
            q, Ctrl-C       quit

            conn/s pkt/s in/s out/s are averages of the last seconds, as in lvsadm -L
            --rate; in/s and out/s are bytes. The graph has the connections between two
            looks. share: of the connections of the service, active and inactive.
            state: DOWN by its checks, draining, drained, quiesced (weight 0), full (its
            upper threshold), up.
            """.lines().toList();

    private Help() {}
}
