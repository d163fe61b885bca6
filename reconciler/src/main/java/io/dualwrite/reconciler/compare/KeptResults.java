package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import java.util.List;
import java.util.Optional;

/** Results of windows in the form in which they are kept. */
final class KeptResults {
  private KeptResults() {}

  /** A window that is equal. */
  static KeptWindow of(int number, WindowResult result, WindowSum source, WindowSum target) {
    return of(number, result, source, target, new WindowFindings());
  }

  static KeptWindow of(
      int number, WindowResult result, WindowSum source, WindowSum target, WindowFindings found) {
    return new KeptWindow(
        number,
        result.window(),
        kept(result.status()),
        result.sourceRows(),
        result.targetRows(),
        result.missing(),
        result.extra(),
        result.changed(),
        Optional.of(source.digest()),
        Optional.of(target.digest()),
        !found.cut,
        result.reason(),
        result.status() == Status.DIFFERS ? found.kept : List.of());
  }

  /** A window that could not be read. */
  static KeptWindow failed(int number, WindowResult result) {
    return of(number, result, WindowSum.NONE, WindowSum.NONE);
  }

  private static Result kept(Status status) {
    return switch (status) {
      case EQUAL -> Result.EQUAL;
      case DIFFERS -> Result.DIFFERS;
      case NOT_YET -> Result.NOT_YET;
      case FAILED, SKIPPED -> Result.FAILED;
    };
  }

  static WindowResult result(KeptWindow kept) {
    return new WindowResult(
        kept.window(),
        kept.result() == Result.EQUAL ? Status.EQUAL : Status.DIFFERS,
        kept.sourceRows(),
        kept.targetRows(),
        kept.missing(),
        kept.extra(),
        kept.changed(),
        Optional.empty());
  }
}
