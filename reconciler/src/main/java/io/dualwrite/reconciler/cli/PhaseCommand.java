package io.dualwrite.reconciler.cli;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.reconciler.ControlChange;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.MigrationStatus;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.report.StatusJson;
import io.dualwrite.reconciler.report.StatusReport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "phase",
    customSynopsis = {
      "reconciler phase show -c FILE [options]",
      "       reconciler phase set NAME -c FILE [options]",
      "       (or --source URL --target URL in place of -c FILE)%n"
    },
    description = {
      "Shows where the migration stands, or moves it to another phase for every instance, through the control table.",
      "Instances follow within a second, each with its next transaction. One step at a time; what needs the fenced swap of roles is refused."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class PhaseCommand implements Callable<Integer>, Connected {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final List<String> NAMES = Arrays.stream(Phase.values()).map(Phase::name).toList();

  @Parameters(
      index = "0",
      paramLabel = "show|set",
      completionCandidates = Candidates.OfPhase.class,
      description = "What to do.")
  private String action = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      completionCandidates = Candidates.Phases.class,
      description = "With set: the phase to move to.")
  private @Nullable String name;

  @Option(
      names = "--if-epoch",
      paramLabel = "N",
      description = "With set: change nothing unless the control table is at this epoch.",
      order = 7)
  private @Nullable Long expectedEpoch;

  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;
  @Mixin private final FormatOption format = new FormatOption();
  @Mixin private final WaitOption wait = new WaitOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  PhaseCommand(Terminal terminal) {
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
    wait.limit();
    String wanted = name;
    return switch (action.toLowerCase(Locale.ROOT)) {
      case "show" -> {
        if (wanted != null) {
          throw new IllegalArgumentException(
              "phase show takes no name. To move to another phase: phase set " + wanted);
        }
        yield show();
      }
      case "set" -> {
        if (wanted == null) {
          throw new IllegalArgumentException(
              "phase set needs a phase: one of " + String.join(", ", NAMES));
        }
        yield set(phase(wanted));
      }
      default ->
          throw new IllegalArgumentException(
              "phase must be told to show or to set NAME, was told to " + action);
    };
  }

  private static Phase phase(String wanted) {
    String upper = wanted.toUpperCase(Locale.ROOT).replace('-', '_');
    if (!NAMES.contains(upper)) {
      throw new IllegalArgumentException(
          "the phase must be one of "
              + String.join(", ", NAMES)
              + ", was "
              + wanted
              + "."
              + Suggestion.didYouMean(upper, NAMES));
    }
    return Phase.valueOf(upper);
  }

  private int show() {
    MigrationConfig config = connection.config();
    try (Databases databases = Databases.unchecked(config)) {
      MigrationStatus status = connection.reconciler(config, databases).status();
      if (format.json()) {
        terminal.out().println(StatusJson.ofPhase(status));
      } else {
        terminal.out().print(new StatusReport(connection.next()).ofPhase(status));
      }
      return status.problems().isEmpty() ? ExitCodes.OK : ExitCodes.DATABASE;
    }
  }

  private int set(Phase phase) {
    MigrationConfig config = connection.config();
    try (Databases databases = Databases.unchecked(config, PATIENCE)) {
      Reconciler reconciler = connection.reconciler(config, databases);
      ControlChange change =
          reconciler.setPhase(
              phase, expectedEpoch == null ? OptionalLong.empty() : OptionalLong.of(expectedEpoch));
      change.problems().forEach(p -> terminal.err().println("not set there: " + p));
      terminal
          .out()
          .println(
              change.changed()
                  ? "Phase " + phase + ", was " + change.before().phase() + "." + effect(change)
                  : "The phase is " + phase + " already.");
      return wait.confirm(reconciler, change, terminal);
    }
  }

  private String effect(ControlChange change) {
    if (change.state().killSwitch()) {
      return " The kill switch is engaged: applications use the source alone until "
          + connection.next().of("kill-switch release");
    }
    return change.state().phase() == Phase.SOURCE_PRIMARY
        ? " Writes reach both sides from each instance's next transaction on. What was written before: "
            + connection.next().of("repair")
        : " Writes reach the source alone from each instance's next transaction on, and that is recorded as a gap.";
  }
}
