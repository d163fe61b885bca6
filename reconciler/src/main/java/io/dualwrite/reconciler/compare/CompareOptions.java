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
        LoadLimits.NONE,
        KeptUse.DEFAULT,
        List.of(),
        Optional.empty(),
        false);
  }

  /** Only these tables. */
  public CompareOptions tables(List<String> names) {
    return new CompareOptions(
        names,
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

  /** Only this part of the time column. */
  public CompareOptions range(Optional<String> first, Optional<String> end) {
    return new CompareOptions(
        tables,
        first,
        end,
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

  /** Windows of that length. */
  public CompareOptions window(WindowSize size) {
    return new CompareOptions(
        tables,
        from,
        to,
        size,
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

  /** So many windows at once. */
  public CompareOptions parallelism(int windows) {
    return new CompareOptions(
        tables,
        from,
        to,
        window,
        windows,
        maxDifferences,
        checksum,
        patience,
        load,
        kept,
        exclude,
        sample,
        withoutTime);
  }

  /** So many differences listed. */
  public CompareOptions maxDifferences(int listed) {
    return new CompareOptions(
        tables,
        from,
        to,
        window,
        parallelism,
        listed,
        checksum,
        patience,
        load,
        kept,
        exclude,
        sample,
        withoutTime);
  }

  /** That checksum. */
  public CompareOptions checksum(Optional<Checksum> wanted) {
    return new CompareOptions(
        tables,
        from,
        to,
        window,
        parallelism,
        maxDifferences,
        wanted,
        patience,
        load,
        kept,
        exclude,
        sample,
        withoutTime);
  }

  /** That long a wait for what is on its way. */
  public CompareOptions patience(Duration wait) {
    return new CompareOptions(
        tables,
        from,
        to,
        window,
        parallelism,
        maxDifferences,
        checksum,
        wait,
        load,
        kept,
        exclude,
        sample,
        withoutTime);
  }

  /** At that cost at the most. */
  public CompareOptions load(LoadLimits limits) {
    return new CompareOptions(
        tables,
        from,
        to,
        window,
        parallelism,
        maxDifferences,
        checksum,
        patience,
        limits,
        kept,
        exclude,
        sample,
        withoutTime);
  }

  /** With that use of what was kept. */
  public CompareOptions kept(KeptUse use) {
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
        use,
        exclude,
        sample,
        withoutTime);
  }

  /** Without the tables of these globs. */
  public CompareOptions exclude(List<String> globs) {
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
        globs,
        sample,
        withoutTime);
  }

  /** Only so much of each table. */
  public CompareOptions sample(Optional<Sample> part) {
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
        part,
        withoutTime);
  }

  /** With the rows without a time too, whatever part of the time column it is. */
  public CompareOptions withoutTime(boolean included) {
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
        included);
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

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
