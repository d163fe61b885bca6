package io.dualwrite.reconciler.state;

import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Moves a watermark by what was looked at. Used by one thread, once. */
final class Advance {
  private static final int WHOLE_SECONDS = "2001-01-01T00:00:00Z".length();

  private final Optional<Watermark> old;
  private final Window.Kind kind;

  /** Where everything before is verified, by whichever run; empty: nothing is. */
  private Optional<String> position;

  private boolean whole;
  private OptionalLong windows;
  private OptionalLong rows;

  /** Whether everything up to the position was looked at now. */
  private boolean anew;

  Advance(Optional<Watermark> old, Window.Kind kind) {
    this.old = old;
    this.kind = kind;
    this.position = old.flatMap(Watermark::upTo);
    this.whole = old.isPresent() && position.isEmpty();
    this.windows = old.map(Watermark::windows).orElse(OptionalLong.of(0));
    this.rows = old.map(Watermark::rows).orElse(OptionalLong.of(0));
  }

  Advance over(List<Looked> ranges) {
    for (Looked range : ranges) {
      if (range.verdict() == Verdict.DIFFERS) {
        lower(range.from());
        break;
      }
      if (range.verdict() == Verdict.EQUAL) {
        extend(range);
      }
    }
    fromTheBeginning(ranges);
    return this;
  }

  /** What this run alone has found equal without a break, if that reaches as far as before. */
  private void fromTheBeginning(List<Looked> ranges) {
    long count = 0;
    long sum = 0;
    Optional<String> reached = Optional.empty();
    boolean end = false;
    for (Looked range : ranges) {
      boolean meets = count == 0 ? range.from().isEmpty() : range.from().equals(reached);
      if (!meets || range.verdict() != Verdict.EQUAL) {
        break;
      }
      count++;
      sum += range.rows();
      reached = range.to();
      end = reached.isEmpty();
    }
    boolean further = end || (!whole && (position.isEmpty() || reachesBeyond(reached)));
    if (count > 0 && further) {
      position = reached;
      whole = end;
      windows = OptionalLong.of(count);
      rows = OptionalLong.of(sum);
      anew = true;
    }
  }

  private boolean reachesBeyond(Optional<String> reached) {
    return reached.isPresent() && compare(reached.get(), position.orElseThrow()) >= 0;
  }

  private void extend(Looked range) {
    if (whole || position.isEmpty() || range.from().isEmpty() || range.to().isEmpty()) {
      return;
    }
    String here = position.get();
    int meets = compare(range.from().get(), here);
    if (meets <= 0 && compare(range.to().get(), here) > 0) {
      boolean exactly = meets == 0 && windows.isPresent() && rows.isPresent();
      windows = exactly ? OptionalLong.of(windows.getAsLong() + 1) : OptionalLong.empty();
      rows = exactly ? OptionalLong.of(rows.getAsLong() + range.rows()) : OptionalLong.empty();
      position = range.to();
    }
  }

  private void lower(Optional<String> to) {
    boolean below =
        whole || (position.isPresent() && to.isPresent() && compare(to.get(), position.get()) < 0);
    if (to.isEmpty()) {
      position = Optional.empty();
      whole = false;
      windows = OptionalLong.of(0);
    } else if (below) {
      position = to;
      whole = false;
      windows = OptionalLong.empty();
      rows = OptionalLong.empty();
    }
  }

  Optional<Watermark> result(String table, String shape, Instant now) {
    if (position.isEmpty() && !whole) {
      return Optional.empty();
    }
    Instant firstAt = anew ? now : old.map(Watermark::firstAt).orElse(now);
    return Optional.of(
        new Watermark(
            table, shape, kind, whole ? Optional.empty() : position, windows, rows, firstAt, now));
  }

  private int compare(String a, String b) {
    return compare(kind, a, b);
  }

  /** In the order of bounds of that kind. */
  static int compare(Window.Kind kind, String a, String b) {
    if (kind == Window.Kind.TIME) {
      // Whole seconds of years with four digits, which nearly all are, order as their texts do.
      boolean alike =
          a.length() == WHOLE_SECONDS
              && b.length() == WHOLE_SECONDS
              && Character.isDigit(a.charAt(0))
              && Character.isDigit(b.charAt(0));
      if (alike) {
        return a.compareTo(b);
      }
      return Instant.parse(a).compareTo(Instant.parse(b));
    }
    return isInteger(a) && isInteger(b)
        ? new BigInteger(a).compareTo(new BigInteger(b))
        : a.compareTo(b);
  }

  private static boolean isInteger(String text) {
    return text.matches("-?\\d+");
  }
}
