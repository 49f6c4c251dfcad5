package org.lvs4j.health;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the status line and the end of the header of an answer, byte by byte, so that the pieces in which it arrives do
 * not matter. A line ends with a line feed, with or without a carriage return.
 *
 * <p>An interim answer (1xx except 101, RFC 9110 §15.2) is skipped, unless the page accepts its status.
 */
final class HttpHeader {
    /** No server needs a longer header. */
    static final int MAX_BYTES = 1 << 20;

    private static final String VERSION = "HTTP/";
    private static final String MALFORMED = "the answer does not start with HTTP/";
    private static final int SWITCHING_PROTOCOLS = 101;

    private enum Place {
        VERSION,
        NUMBER_OF_VERSION,
        BLANK,
        STATUS,
        LINE,
        COMPLETE
    }

    private final HttpPage page;
    private Place place = Place.VERSION;
    private int inPlace;
    private int status;
    private boolean emptyLine;
    private int bytes;

    HttpHeader(HttpPage page) {
        this.page = page;
    }

    /** Whether the header has ended. */
    boolean complete() {
        return place == Place.COMPLETE;
    }

    /** The status code, once the header has ended. */
    int status() {
        return status;
    }

    /** Reads up to the end of the header; what follows is left in the buffer. Returns why this is no answer, or null. */
    @Nullable
    String read(ByteBuffer data) {
        while (place != Place.COMPLETE && data.hasRemaining()) {
            if (++bytes > MAX_BYTES) {
                return "the header is longer than " + MAX_BYTES + " bytes";
            }
            if (!next(data.get())) {
                return MALFORMED + " and a status";
            }
        }
        return null;
    }

    private boolean next(byte octet) {
        switch (place) {
            case VERSION -> {
                if (octet != VERSION.charAt(inPlace)) {
                    return false;
                }
                if (++inPlace == VERSION.length()) {
                    enter(Place.NUMBER_OF_VERSION);
                }
            }
            case NUMBER_OF_VERSION -> {
                if (octet == ' ' && inPlace > 0) {
                    enter(Place.BLANK);
                } else if (octet != '.' && !isDigit(octet) || ++inPlace > 8) {
                    return false;
                }
            }
            case BLANK -> {
                if (octet != ' ') {
                    enter(Place.STATUS);
                    return statusDigit(octet);
                }
            }
            case STATUS -> {
                if (inPlace < 3) {
                    return statusDigit(octet);
                }
                emptyLine = octet == '\n';
                enter(Place.LINE);
                return octet == ' ' || octet == '\r' || octet == '\n';
            }
            default -> readLine(octet);
        }
        return true;
    }

    private boolean statusDigit(byte octet) {
        status = status * 10 + (octet - '0');
        inPlace++;
        return isDigit(octet);
    }

    private void readLine(byte octet) {
        if (octet != '\n') {
            emptyLine &= octet == '\r';
        } else if (!emptyLine) {
            emptyLine = true;
        } else if (status / 100 == 1 && status != SWITCHING_PROTOCOLS && !page.accepts(status)) {
            status = 0;
            enter(Place.VERSION);
        } else {
            enter(Place.COMPLETE);
        }
    }

    private void enter(Place next) {
        place = next;
        inPlace = 0;
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }
}
