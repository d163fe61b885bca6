package io.dualwrite.reconciler.cli;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.reconciler.Databases;
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
      description = "Print the SQL for an administrator instead of running it. Needs no database.",
      order = 4)
  private boolean print;

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
    if (print) {
      print(config, out);
      return ExitCodes.OK;
    }
    try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
      List<Side> created = connection.reconciler(config, databases).init();
      for (Side side : Side.values()) {
        out.println(
            side.label()
                + ": schema "
                + config.journal().schema()
                + (created.contains(side) ? " created" : " was already there"));
      }
    }
    return ExitCodes.OK;
  }

  private static void print(MigrationConfig config, PrintWriter out) {
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
  }
}
