package io.dualwrite.reconciler.cli;

import io.dualwrite.Durations;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.window.TimeRange;
import io.dualwrite.reconciler.window.WindowSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is compared, and how. */
final class ComparisonOptions {
  private static final int LISTED = 20;
  private static final int LISTED_IN_JSON = 100;

  @Mixin private final TablesOption tables = new TablesOption();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Without these tables: schema.name, * for any characters. Repeatable.",
      order = 10)
  private List<String> exclude = new ArrayList<>();

  @Mixin private final FromOption from = new FromOption();

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "Only rows before this day or time.",
      order = 12)
  private @Nullable String to;

  @Option(
      names = "--window",
      paramLabel = "LENGTH",
      description =
          "How long a time window is: 10m, 1h, 1d or auto. Default: reconciler.window of the configuration, 1h.",
      order = 13)
  private @Nullable String window;

  @Mixin private final ParallelismOption parallelism = new ParallelismOption();

  @Option(
      names = "--max-differences",
      paramLabel = "N",
      description =
          "How many rows are listed per table; all are counted. Default: 20 in text, 100 in JSON.",
      order = 15)
  private @Nullable Integer maxDifferences;

  @Option(
      names = "--checksum",
      paramLabel = "KIND",
      completionCandidates = Candidates.Checksums.class,
      defaultValue = "auto",
      description =
          "send, text, md5, sha256, or auto: the cheapest that both servers compute alike. Default: ${DEFAULT-VALUE}.",
      order = 16)
  private String checksum = "auto";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "How long to wait for writes that are still on their way. Default: ${DEFAULT-VALUE}.",
      order = 17)
  private String patience = "5s";

  @Mixin private final LoadOptions load = new LoadOptions();
  @Mixin private final KeptOptions kept = new KeptOptions();
  @Mixin private final FormatOption format = new FormatOption();

  @Mixin private final ProgressOption progress = new ProgressOption();

  boolean json() {
    return format.json();
  }

  boolean showProgress() {
    return progress.shown();
  }

  /** The options again that say which part is compared, in which windows. */
  List<String> scope() {
    List<String> scope = new ArrayList<>(tables.scope());
    exclude.forEach(glob -> add(scope, "--exclude", glob));
    scope.addAll(from.scope());
    add(scope, "--to", to);
    add(scope, "--window", window);
    return scope;
  }

  private static void add(List<String> words, String option, @Nullable String value) {
    if (value != null) {
      words.add(option);
      words.add(value);
    }
  }

  CompareOptions options(MigrationConfig config) {
    format.check();
    TimeRange.of("--from", from.text(), "--to", Optional.ofNullable(to));
    CompareOptions options =
        CompareOptions.of(config.reconciler())
            .tables(tables.names())
            .exclude(exclude)
            .range(from.text(), Optional.ofNullable(to))
            .maxDifferences(listed())
            .checksum(checksum())
            .load(load.limits(config))
            .kept(kept.use())
            .patience(
                Durations.parse(patience)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "--wait must be " + Durations.ALLOWED + ", was " + patience)));
    options = window == null ? options : options.window(windowSize(window));
    return parallelism.in(options);
  }

  private int listed() {
    return maxDifferences != null ? maxDifferences : format.json() ? LISTED_IN_JSON : LISTED;
  }

  private Optional<Checksum> checksum() {
    if (checksum.equalsIgnoreCase("auto")) {
      return Optional.empty();
    }
    return Optional.of(
        Checksum.of(checksum)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--checksum must be auto, "
                            + String.join(", ", Checksum.labels().subList(0, 3))
                            + " or sha256, was "
                            + checksum)));
  }

  private static WindowSize windowSize(String text) {
    return text.equalsIgnoreCase("auto")
        ? WindowSize.AUTO
        : WindowSize.of(
            Durations.parse(text)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "--window must be auto or " + Durations.ALLOWED + ", was " + text)));
  }
}
