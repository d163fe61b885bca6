package io.dualwrite.reconciler.cli;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.jdbc.trigger.TriggerInstallation;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Initialised;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "init",
    customSynopsis = {
      "reconciler init -c FILE [options]",
      "       reconciler init --source URL --target URL [options]%n"
    },
    description = {
      "Creates the control schema (journal, gaps, control row) in both databases and registers the migration.",
      "With `capture: TRIGGER` it also installs the triggers that capture on the source's tables: run it again after tables or partitions"
          + " were added, or keys changed.",
      "Does nothing to what is already there."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class InitCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;

  @Option(
      names = "--print",
      description =
          "Print the SQL for an administrator instead of running it. Needs no database, but the source's with `capture: TRIGGER`.",
      order = 4)
  private boolean print;

  @Option(
      names = "--remove-triggers",
      description =
          "Remove the triggers of `capture: TRIGGER` from the source, once no application relies on them.",
      order = 5)
  private boolean removeTriggers;

  @Mixin private final OutputOptions output = new OutputOptions();

  InitCommand(Terminal terminal) {
    this.terminal = terminal;
    this.connection = new ConnectionOptions(terminal.environment());
  }

  @Override
  public ConnectionOptions connection() {
    return connection;
  }

  @Override
  public Integer call() {
    output.apply();
    MigrationConfig config = connection.config();
    PrintWriter out = terminal.out();
    if (print && removeTriggers) {
      throw new IllegalArgumentException("--print and --remove-triggers exclude each other");
    }
    if (print) {
      print(config, out);
      return ExitCodes.OK;
    }
    if (removeTriggers) {
      return remove(config, out);
    }
    try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
      for (Initialised side : connection.reconciler(config, databases).init()) {
        out.println(side.side().label() + ": schema " + config.journal().schema() + became(side));
      }
      return connection
          .reconciler(config, databases)
          .installTriggers()
          .map(installed -> told(installed, out))
          .orElse(ExitCodes.OK);
    }
  }

  private static String became(Initialised side) {
    if (side.created()) {
      return " created";
    }
    return " was already there"
        + (side.added().isEmpty() ? "" : "; added: " + String.join(", ", side.added()));
  }

  private int told(TriggerInstallation.Installed installed, PrintWriter out) {
    Coverage coverage = installed.coverage();
    out.println(
        "source: triggers on "
            + (coverage.relations() - coverage.holes().size())
            + " of "
            + coverage.relations()
            + " tables and partitions, "
            + installed.installed().size()
            + " of them new or put right");
    installed
        .removed()
        .forEach(
            relation ->
                out.println(
                    "source: triggers removed from "
                        + relation
                        + ", which they do not mirror any more"));
    installed.failures().forEach(failure -> terminal.err().println("not installed: " + failure));
    coverage.holes().forEach(hole -> terminal.err().println("not seen: " + hole.explanation()));
    if (!coverage.holes().isEmpty()) {
      terminal
          .err()
          .println(
              "What is written to these tables is not mirrored, and recorded as a gap. Next: "
                  + connection.next().of("init"));
    }
    return coverage.holes().isEmpty() ? ExitCodes.OK : ExitCodes.DATABASE;
  }

  private int remove(MigrationConfig config, PrintWriter out) {
    try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
      List<String> removed = connection.reconciler(config, databases).removeTriggers();
      out.println("source: triggers removed from " + removed.size() + " tables and partitions");
    }
    return ExitCodes.OK;
  }

  private void print(MigrationConfig config, PrintWriter out) {
    String schema = config.journal().schema();
    List<String> statements = new ArrayList<>(ControlSchema.ddl(schema));
    List<String> users =
        List.of(Side.values()).stream()
            .flatMap(side -> config.endpoint(side).flatMap(EndpointConfig::username).stream())
            .distinct()
            .toList();
    users.forEach(user -> statements.addAll(ControlSchema.grants(schema, user)));
    out.println("-- Run in both databases, source and target, as a user who may create schemas.");
    statements.forEach(s -> out.println(s + ";"));
    if (config.capture() == CaptureMode.TRIGGER) {
      try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
        List<String> triggers = connection.reconciler(config, databases).printTriggers();
        out.println();
        out.println(
            "-- Run in the source alone, as the owner of its tables, each statement in a transaction of its own: each locks its table for a moment."
                + " Set lock_timeout, so that a busy table does not hold up everybody.");
        triggers.forEach(s -> out.println(s + ";"));
      }
    }
  }
}
