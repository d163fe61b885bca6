package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.window.TimeRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which history is loaded, and how. */
final class HistoryOptions {
  private static final String EVERYTHING = "end";

  @Mixin private final TablesOption tables = new TablesOption();

  @Mixin private final FromOption from = new FromOption();

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description =
          "Only rows before this day or time; `end` for all. Default: the completion point. Tables without a time column are copied whole.",
      order = 12)
  private @Nullable String until;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "How many windows are sent at once; one more is verified meanwhile. Default: reconciler.parallelism of the configuration, 4.",
      order = 13)
  private @Nullable Integer parallelism;

  @Option(
      names = "--batch-rows",
      paramLabel = "N",
      description =
          "How many rows go into a window. Default: as many as are sent in half a second.",
      order = 14)
  private @Nullable Integer batchRows;

  @Option(
      names = "--checksum",
      paramLabel = "KIND",
      completionCandidates = Candidates.Checksums.class,
      defaultValue = "auto",
      description = "By which windows are verified: send, text or auto. Default: ${DEFAULT-VALUE}.",
      order = 15)
  private String checksum = "auto";

  @Option(
      names = "--resume",
      description =
          "Go on with a backfill of the same tables that was interrupted: windows that are done are not looked at again.",
      order = 16)
  private boolean resume;

  @Option(
      names = "--defer-indexes",
      description =
          "Drop the target's foreign keys and the indexes that dual writes do not need, and build them again behind the rows. What was dropped is kept in the control schema.",
      order = 17)
  private boolean deferIndexes;

  @Mixin private final LoadOptions load = new LoadOptions();

  /** The options again that say what is loaded. */
  List<String> scope() {
    List<String> scope = new ArrayList<>(tables.scope());
    scope.addAll(from.scope());
    if (until != null) {
      scope.addAll(List.of("--until", until));
    }
    return scope;
  }

  BackfillOptions options(MigrationConfig config) {
    boolean everything = EVERYTHING.equals(until);
    Optional<String> last = everything ? Optional.empty() : Optional.ofNullable(until);
    TimeRange range = TimeRange.of("--from", from.text(), "--until", last);
    End end = everything ? End.NONE : range.to().map(End::of).orElse(End.COMPLETION_POINT);
    BackfillOptions options =
        BackfillOptions.of(config.reconciler())
            .tables(tables.names())
            .since(range.from())
            .end(end)
            .checksum(checksum())
            .load(load.limits(config))
            .resume(resume)
            .deferIndexes(deferIndexes);
    options = parallelism == null ? options : options.parallelism(parallelism);
    return batchRows == null ? options : options.batchRows(batchRows);
  }

  /**
   * The same for files.
   *
   * @throws IllegalArgumentException if what was given has no meaning for them
   */
  FileBackfillOptions options(MigrationConfig config, FileOptions files) {
    if (tables.names().size() != 1) {
      throw new IllegalArgumentException(
          "--file loads into one table: give exactly one --table, not " + tables.names().size());
    }
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--from", from.text().isPresent());
    given.put("--until", until != null);
    given.put("--parallelism", parallelism != null);
    given.put("--checksum", !checksum.equals("auto"));
    given.put("--defer-indexes", deferIndexes);
    given.forEach(
        (option, is) -> {
          if (is) {
            throw new IllegalArgumentException(option + " has no meaning with --file");
          }
        });
    FileBackfillOptions options =
        files.options(tables.names().get(0)).load(load.limits(config)).resume(resume);
    return batchRows == null ? options : options.batchRows(batchRows);
  }

  private Optional<Checksum> checksum() {
    return switch (checksum.toLowerCase(Locale.ROOT)) {
      case "auto" -> Optional.empty();
      case "send" -> Optional.of(Checksum.SEND);
      case "text" -> Optional.of(Checksum.TEXT);
      default ->
          throw new IllegalArgumentException(
              "--checksum must be send, text or auto, was " + checksum);
    };
  }
}
