package org.lvs4j;

import org.lvs4j.service.ServiceKey;

/** No server takes a call: {@link Director#call} has not done its work. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnavailableException(ServiceKey service) {
        super(service + ": no server is available: all are down, quiesced or overloaded, or there is none");
    }
}
