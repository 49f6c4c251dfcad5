package org.lvs4j;

import static java.util.Objects.requireNonNull;

import org.lvs4j.service.ServiceKey;

/** No server takes a call of an application, see {@link Director#call}: nothing has been sent. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The exception about a service; thrown by what makes calls, such as a client of HTTP. */
    public UnavailableException(ServiceKey service) {
        super(requireNonNull(service, "service")
                + ": no server is available: all are down, quiesced or overloaded, or there is none");
    }
}
