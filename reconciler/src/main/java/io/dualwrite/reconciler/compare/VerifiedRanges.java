package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table's windows as ranges without gaps between them: a window holds everything up to where the
 * next begins.
 *
 * @param kind by what they are cut
 * @param looked the ranges in ascending order
 */
record VerifiedRanges(Window.Kind kind, List<Looked> looked) {

  /**
   * The ranges of a comparison.
   *
   * @param windows the plan's
   * @param results by the windows' numbers
   * @param from where the first window begins; empty: at the table's beginning
   * @param to where the last ends; empty: at the table's end
   * @param closed windows that end later than this may still get rows
   */
  static VerifiedRanges of(
      List<Window> windows,
      Map<Integer, WindowResult> results,
      Optional<Instant> from,
      Optional<Instant> to,
      Instant closed) {
    Window.Kind kind = kind(windows);
    if (kind == Window.Kind.ALL) {
      return new VerifiedRanges(Window.Kind.ALL, List.of(whole(windows, results)));
    }
    int count = (int) windows.stream().filter(w -> w.kind() == kind).count();
    int firstOpen = kind == Window.Kind.TIME ? firstOpen(windows, count, closed) : count;
    List<Looked> looked = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      boolean first = i == 0;
      boolean last = i + 1 == count;
      Optional<String> start = first ? Optional.empty() : bound(windows.get(i).from());
      Optional<String> end = last ? bound(windows.get(i).to()) : bound(windows.get(i + 1).from());
      Verdict verdict = verdict(results.get(i));
      if (kind == Window.Kind.TIME) {
        start = first ? from.map(Instant::toString) : start;
        end = last ? end.map(Instant::parse).map(e -> earlier(e, to)).map(Instant::toString) : end;
        boolean open =
            last ? end.map(Instant::parse).filter(closed::isBefore).isPresent() : i >= firstOpen;
        verdict = open && verdict == Verdict.EQUAL ? Verdict.UNKNOWN : verdict;
      }
      looked.add(new Looked(start, end, verdict, rows(results.get(i))));
    }
    return new VerifiedRanges(kind, looked);
  }

  /** The number of the first window after which the next begins too late to be closed. */
  private static int firstOpen(List<Window> windows, int count, Instant closed) {
    int open = count - 1;
    while (open > 0
        && bound(windows.get(open).from())
            .map(Instant::parse)
            .filter(closed::isBefore)
            .isPresent()) {
      open--;
    }
    return open;
  }

  /** By what these windows of a plan are cut. */
  static Window.Kind kind(List<Window> windows) {
    Window.Kind kind = windows.get(0).kind();
    return kind == Window.Kind.TIME || kind == Window.Kind.KEY ? kind : Window.Kind.ALL;
  }

  private static Instant earlier(Instant time, Optional<Instant> limit) {
    return limit
        .map(l -> List.of(l, time).stream().min(Comparator.naturalOrder()).orElseThrow())
        .orElse(time);
  }

  private static Looked whole(List<Window> windows, Map<Integer, WindowResult> results) {
    Verdict verdict = Verdict.EQUAL;
    long rows = 0;
    for (int i = 0; i < windows.size(); i++) {
      Verdict here = verdict(results.get(i));
      verdict = verdict == Verdict.DIFFERS || here == Verdict.EQUAL ? verdict : here;
      rows += rows(results.get(i));
    }
    return new Looked(Optional.empty(), Optional.empty(), verdict, rows);
  }

  private static Optional<String> bound(@Nullable String text) {
    return Optional.ofNullable(text);
  }

  private static long rows(@Nullable WindowResult result) {
    return result == null ? 0 : result.sourceRows();
  }

  private static Verdict verdict(@Nullable WindowResult result) {
    if (result == null) {
      return Verdict.UNKNOWN;
    }
    return switch (result.status()) {
      case EQUAL -> Verdict.EQUAL;
      case DIFFERS -> Verdict.DIFFERS;
      default -> Verdict.UNKNOWN;
    };
  }
}
