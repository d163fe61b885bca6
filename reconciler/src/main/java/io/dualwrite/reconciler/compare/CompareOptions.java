package io.dualwrite.reconciler.compare;

import io.dualwrite.Durations;
import io.dualwrite.jdbc.config.ReconcilerConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.load.LoadLimits;
import io.dualwrite.reconciler.window.TimeRange;
import io.dualwrite.reconciler.window.WindowSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * How a comparison is made. Immutable.
 *
 * @param tables the tables to compare, by their identity; empty: all
 * @param from only rows from this time on; empty: from the first
 * @param to only rows before this time; empty: to the last
 * @param window how long a time window is
 * @param parallelism how many windows are under way at once, 1 to 64
 * @param maxDifferences how many differences are listed per table; all are counted
 * @param checksum the checksum; empty: the cheapest that both servers compute alike
 * @param patience how long to wait for writes that are still on their way before a window is given
 *     up as not yet
 * @param load what the comparison may cost the databases
 * @param kept what is made of what earlier comparisons have kept
 * @param exclude globs of tables that are left out
 * @param sample how many windows are looked at; empty: all
 * @param withoutTime whether a part of the time column includes the rows without a time
 */
public record CompareOptions(
    List<String> tables,
    Optional<String> from,
    Optional<String> to,
    WindowSize window,
    int parallelism,
    int maxDifferences,
    Optional<Checksum> checksum,
    Duration patience,
    LoadLimits load,
    KeptUse kept,
    List<String> exclude,
    Optional<Sample> sample,
    boolean withoutTime) {
  public CompareOptions {
    tables = List.copyOf(tables);
    exclude = List.copyOf(exclude);
    check(
        sample.isEmpty() || !kept.resumes(),
        "a sample is not kept, so that there is none to resume");
    TimeRange.of(from, to);
    check(
        parallelism >= 1 && parallelism <= 64,
        "parallelism must be between 1 and 64, was " + parallelism);
    check(maxDifferences >= 0, "max-differences must not be negative, was " + maxDifferences);
    check(!patience.isNegative(), "patience must not be negative, was " + patience);
  }

  /** What the configuration says, everything else at its default. */
  public static CompareOptions of(ReconcilerConfig config) {
    return new CompareOptions(
        List.of(),
        Optional.empty(),
        Optional.empty(),
        WindowSize.of(config.window()),
        config.parallelism(),
        100,
        Optional.empty(),
        Duration.ofSeconds(5),
        LoadLimits.of(config.load()),
        KeptUse.DEFAULT,
        List.of(),
        Optional.empty(),
        false);
  }

  /** Only these tables. */
  public CompareOptions tables(List<String> names) {
    return with(d -> d.tables = names);
  }

  /** Only this part of the time column. */
  public CompareOptions range(Optional<String> first, Optional<String> end) {
    return with(
        d -> {
          d.from = first;
          d.to = end;
        });
  }

  /** Windows of that length. */
  public CompareOptions window(WindowSize size) {
    return with(d -> d.window = size);
  }

  /** So many windows at once. */
  public CompareOptions parallelism(int windows) {
    return with(d -> d.parallelism = windows);
  }

  /** So many differences listed. */
  public CompareOptions maxDifferences(int listed) {
    return with(d -> d.maxDifferences = listed);
  }

  /** That checksum. */
  public CompareOptions checksum(Optional<Checksum> wanted) {
    return with(d -> d.checksum = wanted);
  }

  /** That long a wait for what is on its way. */
  public CompareOptions patience(Duration wait) {
    return with(d -> d.patience = wait);
  }

  /** At that cost at the most. */
  public CompareOptions load(LoadLimits limits) {
    return with(d -> d.load = limits);
  }

  /** With that use of what was kept. */
  public CompareOptions kept(KeptUse use) {
    return with(d -> d.kept = use);
  }

  /** Without the tables of these globs. */
  public CompareOptions exclude(List<String> globs) {
    return with(d -> d.exclude = globs);
  }

  /** Only so much of each table. */
  public CompareOptions sample(Optional<Sample> part) {
    return with(d -> d.sample = part);
  }

  /** With the rows without a time too, whatever part of the time column it is. */
  public CompareOptions withoutTime(boolean included) {
    return with(d -> d.withoutTime = included);
  }

  /** Whether the table is left out. */
  public boolean excludes(String table) {
    return exclude.stream().anyMatch(glob -> TablesConfig.matches(glob, table));
  }

  /** What must be the same for an interrupted comparison to be gone on with. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("--table", tables.isEmpty() ? "all" : String.join(", ", new TreeSet<>(tables)));
    if (!exclude.isEmpty()) {
      settings.put("--exclude", String.join(", ", new TreeSet<>(exclude)));
    }
    settings.put("--from", from.orElse("none"));
    settings.put("--to", to.orElse("none"));
    settings.put("--window", window.fixed().map(Durations::print).orElse("auto"));
    settings.put("--checksum", checksum.map(Checksum::label).orElse("auto"));
    settings.put("--all", kept.readsAll() ? "yes" : "no");
    return settings;
  }

  /** Whether every mirrored table is covered whole. */
  public boolean complete() {
    return tables.isEmpty()
        && exclude.isEmpty()
        && sample.isEmpty()
        && from.isEmpty()
        && to.isEmpty();
  }

  private CompareOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options of which one is about to be another. */
  private static final class Draft {
    private List<String> tables;
    private Optional<String> from;
    private Optional<String> to;
    private WindowSize window;
    private int parallelism;
    private int maxDifferences;
    private Optional<Checksum> checksum;
    private Duration patience;
    private LoadLimits load;
    private KeptUse kept;
    private List<String> exclude;
    private Optional<Sample> sample;
    private boolean withoutTime;

    Draft(CompareOptions options) {
      this.tables = options.tables;
      this.from = options.from;
      this.to = options.to;
      this.window = options.window;
      this.parallelism = options.parallelism;
      this.maxDifferences = options.maxDifferences;
      this.checksum = options.checksum;
      this.patience = options.patience;
      this.load = options.load;
      this.kept = options.kept;
      this.exclude = options.exclude;
      this.sample = options.sample;
      this.withoutTime = options.withoutTime;
    }

    CompareOptions options() {
      return new CompareOptions(
          tables,
          from,
          to,
          window,
          parallelism,
          maxDifferences,
          checksum,
          patience,
          load,
          kept,
          exclude,
          sample,
          withoutTime);
    }
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
