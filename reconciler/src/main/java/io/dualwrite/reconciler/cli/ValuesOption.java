package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.DifferingValues;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Row values, which are shown nowhere unless this is asked for. */
final class ValuesOption {
  @Option(
      names = "--show-values",
      description =
          "Put values into the page: of the columns that differ, from both sides. They are the data itself; think of who will read it.",
      order = 63)
  private boolean shown;

  /**
   * Throws if there is no page to show them in.
   *
   * @throws IllegalArgumentException then
   */
  void check(boolean report) {
    if (shown && !report) {
      throw new IllegalArgumentException("--show-values needs --report FILE.html to put them in");
    }
  }

  Optional<DifferingValues> of(
      Reconciler reconciler, CompareOptions options, Comparison comparison) {
    return shown ? Optional.of(reconciler.values(options, comparison)) : Optional.empty();
  }
}
