package io.dualwrite.reconciler.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.CompletionPoint;
import io.dualwrite.reconciler.Databases;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "completion-point",
    customSynopsis = {
      "reconciler completion-point -c FILE [options]",
      "       reconciler completion-point --source URL --target URL [options]%n"
    },
    description = {
      "Prints the time up to which history must be backfilled: rows of later times are written to both sides.",
      "It is the latest time since which every registered application writes to both, plus reconciler.lateness. Exit code 1: it cannot be known, and why."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class CompletionPointCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;
  @Mixin private final FormatOption format = new FormatOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  CompletionPointCommand(Terminal terminal) {
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
    format.check();
    MigrationConfig config = connection.config();
    try (Databases databases = Databases.unchecked(config)) {
      CompletionPoint point = connection.reconciler(config, databases).completionPoint();
      if (format.json()) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("completionPoint", point.at().map(Instant::toString).orElse(null));
        point.reasons().forEach(root.putArray("reasons")::add);
        terminal.out().println(root.toPrettyString());
      } else {
        point.at().ifPresent(terminal.out()::println);
        point.reasons().forEach(terminal.err()::println);
      }
      return point.at().isPresent() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
    }
  }
}
