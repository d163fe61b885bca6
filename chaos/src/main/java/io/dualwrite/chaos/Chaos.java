package io.dualwrite.chaos;

import io.dualwrite.chaos.fault.Faults;
import io.dualwrite.chaos.fault.Plan;
import io.dualwrite.chaos.fault.Schedule;
import io.dualwrite.chaos.history.History;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run: rounds of traffic and faults, each followed by a check of everything. It leaves no process
 * behind, however it ends, and no file when nothing was found.
 */
public final class Chaos {
  private final ChaosOptions options;
  private final PrintStream out;

  public Chaos(ChaosOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs with what system properties say; the exit code tells whether all was well. */
  public static void main(String[] args) throws Exception {
    try {
      new Chaos(ChaosOptions.fromProperties(), System.out).run();
      System.exit(0);
    } catch (ChaosFailure told) {
      System.exit(1);
    }
  }

  /**
   * Runs all rounds.
   *
   * @throws ChaosFailure if something was lost, differed or did not come to an end; the message
   *     says where everything is kept
   */
  public Figures run() throws IOException, SQLException {
    Figures figures = new Figures(options.seed());
    boolean both = options.capture().equals("BOTH");
    List<List<Plan>> schedule = schedule();
    int half = both ? (schedule.size() + 1) / 2 : schedule.size();
    runWith(both ? "STATEMENT" : options.capture(), schedule.subList(0, half), figures);
    if (both) {
      runWith("TRIGGER", schedule.subList(half, schedule.size()), figures);
    }
    out.println(figures);
    if (options.summary() != null) {
      figures.write(options.summary());
    }
    return figures;
  }

  private List<List<Plan>> schedule() {
    return options.rounds() == 0
        ? Schedule.onceEach(options.seed())
        : Schedule.random(options.seed(), options.rounds(), options.faults());
  }

  private void runWith(String capture, List<List<Plan>> schedule, Figures figures)
      throws IOException, SQLException {
    Path directory = directory(capture);
    out.println(
        "chaos: "
            + schedule.size()
            + " rounds, seed "
            + options.seed()
            + ", capture "
            + capture
            + ", policy "
            + options.policy()
            + ", in "
            + directory);
    try (Stage stage = new Stage(directory, options, capture)) {
      History history = new History(stage.acknowledgements());
      try {
        begin(stage, history);
        rounds(stage, history, schedule, figures);
        stage.quit();
      } catch (ChaosFailure e) {
        throw kept(e, directory, figures);
      } finally {
        figures.told(history.acknowledged(), history.unknown(), history.rolledBack());
      }
    }
    delete(directory);
  }

  private static void begin(Stage stage, History history) throws SQLException {
    stage.applications().forEach(ApplicationProcess::start);
    stage.repair();
    history.settle(Sides.read(stage.databases()).sourceVersions());
  }

  private void rounds(Stage stage, History history, List<List<Plan>> schedule, Figures figures)
      throws SQLException {
    Faults faults = new Faults(stage);
    for (int i = 0; i < schedule.size(); i++) {
      long started = System.nanoTime();
      String result;
      try {
        result = new Round(stage, faults, history, figures).run(schedule.get(i));
      } catch (ChaosFailure e) {
        throw new ChaosFailure(
            "round " + (i + 1) + " " + schedule.get(i) + ": " + e.getMessage(), e);
      }
      out.printf(
          "round %d %s: %s (%.1f s)%n",
          i + 1,
          schedule.get(i),
          result,
          Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0);
    }
  }

  private ChaosFailure kept(ChaosFailure e, Path directory, Figures figures) {
    String message =
        e.getMessage()
            + "\nrun it again with -Dchaos.seed="
            + options.seed()
            + " -Dchaos.rounds="
            + options.rounds()
            + "; servers, logs and acknowledgements are kept in "
            + directory;
    figures.failed(message);
    out.println(message);
    if (options.summary() != null) {
      figures.write(options.summary());
    }
    return new ChaosFailure(message, e);
  }

  private Path directory(String capture) throws IOException {
    Path given = options.directory();
    return given == null
        ? Files.createTempDirectory("dualwrite-chaos-")
        : Files.createDirectories(given.resolve(capture.toLowerCase(java.util.Locale.ROOT)));
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
