package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The reason of a failure in words for an operator. Only an error of the program itself is named by its class. */
final class Reason {
    private Reason() {}

    static String of(Throwable failure) {
        if (failure instanceof UncheckedIOException && failure.getCause() instanceof IOException e) {
            return of(e);
        } else if (failure instanceof FileSystemException e) {
            return e.getFile() + ": " + withoutFile(e);
        } else if (failure instanceof CharacterCodingException) {
            return "the text is not UTF-8";
        } else if (failure instanceof InvalidPathException e) {
            return e.getInput() + ": not a valid file name in the locale of this process";
        } else if (failure instanceof OutOfMemoryError
                && String.valueOf(failure.getMessage()).contains("thread")) {
            return "no further thread can be started; raise the limit of threads (ulimit -u, TasksMax) or free memory";
        } else if (failure instanceof OutOfMemoryError
                && String.valueOf(failure.getMessage()).contains("irect")) {
            return "not enough memory outside the heap (-XX:MaxDirectMemorySize in LVSD_OPTS)";
        } else if (failure instanceof OutOfMemoryError) {
            return "not enough memory: the heap may have "
                    + Runtime.getRuntime().maxMemory() / (1 << 20) + " MB (-Xmx in LVSD_OPTS)";
        } else if (failure instanceof StackOverflowError) {
            return "not enough memory for the stack (-Xss in LVSD_OPTS)";
        } else if (failure instanceof InterruptedException) {
            return "interrupted";
        }
        boolean told = failure instanceof IOException || failure instanceof StartException;
        return told && failure.getMessage() != null ? failure.getMessage() : "internal error: " + failure;
    }

    /** The reason why a file cannot be used, without its name. */
    static String withoutFile(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        } else if (e instanceof AccessDeniedException) {
            return "permission denied";
        } else if (e instanceof NotDirectoryException) {
            return "not a directory";
        }
        return e.getReason() == null ? "cannot be used" : e.getReason();
    }
}
