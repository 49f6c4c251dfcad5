package org.lvs4j.examples.webcluster.web;

import org.lvs4j.examples.webcluster.storage.StorageCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the web and the storage tier as a program of their own, for tests that kill it. */
@Command(
        name = "tier",
        subcommands = {WebCommand.class, StorageCommand.class})
final class Commands {
    private Commands() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Commands()).execute(args));
    }
}
