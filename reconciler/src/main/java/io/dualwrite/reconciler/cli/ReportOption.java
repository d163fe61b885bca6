package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.report.page.PageFile;
import io.dualwrite.reconciler.report.page.PageSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A page of the result. */
final class ReportOption {
  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Also write the result as one self-contained page.",
      order = 62)
  private @Nullable Path file;

  /**
   * Where it is to be written; empty where it is not.
   *
   * @throws IllegalArgumentException if it cannot be
   */
  Optional<PageFile> file() {
    return Optional.ofNullable(file).map(PageFile::new);
  }

  static PageSettings settings(MigrationConfig config) {
    return new PageSettings(config, new Version().getVersion()[0]);
  }

  /** With everything that a comparison was told. */
  static PageSettings settings(MigrationConfig config, CompareOptions options) {
    PageSettings settings = settings(config);
    options.settings().forEach((name, value) -> settings.with(name, value));
    return settings
        .with("--parallelism", Integer.toString(options.parallelism()))
        .with("--max-differences", Integer.toString(options.maxDifferences()));
  }
}
