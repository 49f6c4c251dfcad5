package org.lvs4j.examples.standalone;

import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;

/** What a file says, in one of the two languages. Immutable. */
sealed interface Configuration {
    /** Services and servers. */
    record OfRules(Rules rules) implements Configuration {}

    /** Services and servers, and the checks that decide which servers are in service. */
    record OfKeepalived(KeepalivedConfiguration file) implements Configuration {}
}
