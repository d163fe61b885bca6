package io.dualwrite.reconciler.cli;

import picocli.CommandLine.Option;

/** How much a command says on standard error. */
final class OutputOptions {
  @Option(
      names = {"-v", "--verbose"},
      description = "Log what is done, on standard error.",
      order = 90)
  private boolean verbose;

  @Option(names = "--debug", description = "Log more, and show where errors come from.", order = 91)
  private boolean debug;

  void apply() {
    Logging.configure(verbose, debug);
  }
}
