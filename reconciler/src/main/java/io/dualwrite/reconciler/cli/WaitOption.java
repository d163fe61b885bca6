package io.dualwrite.reconciler.cli;

import io.dualwrite.Durations;
import io.dualwrite.reconciler.Confirmation;
import io.dualwrite.reconciler.ControlChange;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.report.InstanceLines;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a change is waited for to reach every instance. */
final class WaitOption {
  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "5s",
      description =
          "How long to wait for every live instance to follow. Default: ${DEFAULT-VALUE}.",
      order = 8)
  private String limit = "5s";

  Duration limit() {
    return Durations.parse(limit)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--wait must be " + Durations.ALLOWED + ", was " + limit));
  }

  /** Waits, prints who follows, and tells the exit code. */
  int confirm(Reconciler reconciler, ControlChange change, Terminal terminal) {
    Confirmation confirmation = reconciler.confirm(change.state().epoch(), limit());
    terminal.out().print(InstanceLines.of(confirmation));
    if (confirmation.complete()) {
      return ExitCodes.OK;
    }
    terminal.out().flush();
    if (!confirmation.missing().isEmpty()) {
      terminal.err().println(InstanceLines.missing(confirmation));
    }
    confirmation
        .problem()
        .ifPresent(
            p -> terminal.err().println("It is set, but who follows it cannot be seen: " + p));
    return confirmation.problem().isEmpty() ? ExitCodes.DIFFERENCES : ExitCodes.DATABASE;
  }
}
