package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a command of the user's when drift begins, and again when it reaches another table or is
 * over. It is told by its environment; a command that takes too long is ended.
 */
public final class DriftCommand implements Consumer<WatchState> {
  private static final Logger LOG = LoggerFactory.getLogger(DriftCommand.class);

  private final String command;
  private final Duration limit;
  private final Consumer<String> problems;
  private Set<String> told = Set.of();

  /** Runs {@code command} by {@code sh -c}; what goes wrong is told to {@code problems}. */
  public DriftCommand(String command, Duration limit, Consumer<String> problems) {
    this.command = command;
    this.limit = limit;
    this.problems = problems;
  }

  @Override
  public void accept(WatchState state) {
    Map<String, Long> drifting = state.drifting();
    boolean over = !told.isEmpty() && drifting.isEmpty() && state.verdict() != Verdict.UNKNOWN;
    Set<String> before = new TreeSet<>(told);
    // One that was equal meanwhile and drifts anew is told again.
    before.removeAll(equal(state));
    boolean more = !before.containsAll(drifting.keySet());
    before.addAll(drifting.keySet());
    told = over ? Set.of() : before;
    if (more || over) {
      run(state, drifting);
    }
  }

  private static Set<String> equal(WatchState state) {
    return state.away().isPresent()
        ? Set.of()
        : state.tables().stream()
            .filter(t -> t.count(Status.DIFFERS) == 0 && t.problem().isEmpty())
            .map(WatchState.TableDrift::table)
            .collect(Collectors.toSet());
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
      if (!ends(process)) {
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

  /**
   * Waits for it. After its time, or where this process ends before, it is ended with all that it
   * has begun.
   */
  private boolean ends(Process process) throws InterruptedException {
    Thread hook = new Thread(() -> end(process), "on-drift");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process ends already.
      do {
        end(process);
      } while (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS));
      return true;
    }
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        end(process);
      }
      return ended;
    } catch (InterruptedException e) {
      end(process);
      throw e;
    } finally {
      forget(hook);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("This process ends, and the command with it");
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
