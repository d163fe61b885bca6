package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.compare.KeptUse;
import picocli.CommandLine.Option;

/** What is made of what earlier runs have kept in the target. */
final class KeptOptions {
  @Option(
      names = "--resume",
      description =
          "Go on with the last run of the same options that was interrupted: what it had finished is not read again.",
      order = 18)
  private boolean resume;

  @Option(
      names = "--all",
      description =
          "Read everything, also the ranges of append-only tables that earlier comparisons have found equal.",
      order = 19)
  private boolean all;

  KeptUse use() {
    return new KeptUse(resume, all);
  }
}
