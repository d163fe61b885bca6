package io.dualwrite.reconciler.cli;

import picocli.CommandLine.Option;

/** Whether progress is shown. */
final class ProgressOption {
  @Option(names = "--no-progress", description = "No progress bars on standard error.", order = 61)
  private boolean noProgress;

  /** Whether it is, where standard error is a terminal. */
  boolean shown() {
    return !noProgress;
  }
}
