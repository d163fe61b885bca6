package io.dualwrite.reconciler.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "reconciler",
    description =
        "Looks at the two databases of a migration, loads history, compares them, repairs the target, and shows where the migration stands.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InspectCommand.class,
      InitCommand.class,
      CompareCommand.class,
      RepairCommand.class,
      BackfillCommand.class,
      CompletionPointCommand.class,
      WatchCommand.class,
      StatusCommand.class,
      PhaseCommand.class,
      KillSwitchCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:in sync, or done",
      "1:differences found, or left; cannot work as configured (inspect); not confirmed by all",
      "2:wrong usage or configuration",
      "3:a database could not be reached or failed",
      "130:interrupted"
    },
    footer = {
      "",
      "Results go to standard output, progress and logs to standard error. Every",
      "command explains itself with -h; docs/reconciler.md is the guide.",
      "",
      "Completion for this shell:  source <(reconciler generate-completion)"
    })
final class ReconcilerCommand implements Runnable {

  @Override
  public void run() {
    throw new IllegalArgumentException("a command is missing. See reconciler -h");
  }
}
