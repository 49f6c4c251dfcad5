package org.lvs4j.examples.webcluster.director;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file is not right. The message has a line for each error, with file, line and column. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigurationException(List<? extends Throwable> errors) {
        super(errors.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")), errors.get(0));
    }

    ConfigurationException(Throwable error) {
        super(error.getMessage(), error);
    }
}
