package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.compare.CompareOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many windows are compared at once. */
final class ParallelismOption {
  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "How many windows are under way at once. Default: reconciler.parallelism of the configuration, 4.",
      order = 14)
  private @Nullable Integer parallelism;

  /** The same with as many as were asked for, if that was. */
  CompareOptions in(CompareOptions options) {
    return parallelism == null ? options : options.parallelism(parallelism);
  }
}
