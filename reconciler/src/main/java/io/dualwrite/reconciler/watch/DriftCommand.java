package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.watch.WatchState.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a command of the user's when drift begins, and again when it reaches another table or is
 * over. It is told by its environment; a command that takes too long is ended.
 */
public final class DriftCommand implements Consumer<WatchState> {
  private final String command;
  private final Duration limit;
  private final Consumer<String> problems;
  private Map<String, Long> told = Map.of();

  /** Runs {@code command} by {@code sh -c}; what goes wrong is told to {@code problems}. */
  public DriftCommand(String command, Duration limit, Consumer<String> problems) {
    this.command = command;
    this.limit = limit;
    this.problems = problems;
  }

  @Override
  public void accept(WatchState state) {
    Map<String, Long> drifting = state.drifting();
    boolean more = !told.keySet().containsAll(drifting.keySet());
    boolean over = !told.isEmpty() && drifting.isEmpty() && state.verdict() != Verdict.UNKNOWN;
    if (more || over) {
      told = drifting;
      run(state, drifting);
    }
  }

  private void run(WatchState state, Map<String, Long> drifting) {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.put("DUALWRITE_MIGRATION", state.migration());
    environment.put(
        "DUALWRITE_VERDICT", state.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    environment.put("DUALWRITE_TABLES", String.join(",", drifting.keySet()));
    environment.put(
        "DUALWRITE_DIFFERING_ROWS",
        Long.toString(drifting.values().stream().mapToLong(Long::longValue).sum()));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        problems.accept("--on-drift took longer than " + limit.toSeconds() + " s and was ended");
      } else if (process.exitValue() != 0) {
        problems.accept("--on-drift ended with exit code " + process.exitValue());
      }
    } catch (IOException e) {
      problems.accept("--on-drift could not be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
