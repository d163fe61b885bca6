package io.dualwrite.reconciler.cli;

import picocli.CommandLine.Option;

/** For whom the result is. */
final class FormatOption {
  @Option(
      names = "--format",
      paramLabel = "FORM",
      completionCandidates = Candidates.Format.class,
      defaultValue = "text",
      description = "text or json. Default: ${DEFAULT-VALUE}.",
      order = 60)
  private String format = "text";

  boolean json() {
    return format.equalsIgnoreCase("json");
  }

  /** Throws unless it is one of them. */
  void check() {
    if (!json() && !format.equalsIgnoreCase("text")) {
      throw new IllegalArgumentException("--format must be text or json, was " + format);
    }
  }
}
