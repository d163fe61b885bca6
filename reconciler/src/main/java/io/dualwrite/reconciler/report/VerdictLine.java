package io.dualwrite.reconciler.report;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.util.Locale;

/** What a comparison comes to, in one line. */
public final class VerdictLine {
  private final Comparison comparison;

  VerdictLine(Comparison comparison) {
    this.comparison = comparison;
  }

  /** The line. */
  public static String of(Comparison comparison) {
    return new VerdictLine(comparison).text();
  }

  String text() {
    return judged() + EarlierLines.summary(comparison);
  }

  private String judged() {
    if (comparison.ofDifferences() && comparison.nothingFound()) {
      return switch ((int) Math.min(2, windows())) {
        case 0 -> "The last comparison left nothing to look at.";
        case 1 -> "The window that was not equal is equal now.";
        default -> "All " + number(windows()) + " windows that were not equal are equal now.";
      };
    }
    if (comparison.isSample() && comparison.nothingFound()) {
      return "The sample is equal: "
          + number(windows())
          + " of "
          + counted(comparison.sampledFrom().orElse(0), "window")
          + ", "
          + counted(
              comparison.tables().stream().mapToLong(TableComparison::sourceRows).sum(), "row")
          + ". Nothing is said of the others.";
    }
    if (comparison.inSync()) {
      return "In sync: "
          + counted(windows(), "window")
          + ", "
          + counted(
              comparison.tables().stream().mapToLong(TableComparison::sourceRows).sum(), "row")
          + ", checksum "
          + comparison.checksum().label()
          + String.format(Locale.ROOT, ", %.1f s.", comparison.duration().toMillis() / 1000.0);
    }
    StringBuilder text = new StringBuilder(judgement());
    if (comparison.isSample()) {
      text.append(" A sample of ")
          .append(number(windows()))
          .append(" of ")
          .append(counted(comparison.sampledFrom().orElse(0), "window"))
          .append(" was looked at.");
    }
    long tables = comparison.count(Status.SKIPPED);
    if (tables > 0) {
      text.append(' ')
          .append(number(tables))
          .append(" of ")
          .append(counted(comparison.tables().size(), "table"))
          .append(" cannot be compared.");
    }
    if (comparison.count(Status.FAILED) > 0) {
      text.append(of(Status.FAILED)).append(" could not be compared.");
    }
    if (comparison.count(Status.NOT_YET) > 0) {
      text.append(of(Status.NOT_YET)).append(" not yet: deliveries are pending.");
    }
    if (comparison.count(Status.DIFFERS) > 0) {
      text.append(of(Status.DIFFERS))
          .append(comparison.count(Status.DIFFERS) == 1 ? " differs: " : " differ: ")
          .append(number(sum(comparison, Difference.Kind.MISSING)))
          .append(" missing, ")
          .append(number(sum(comparison, Difference.Kind.EXTRA)))
          .append(" extra, ")
          .append(number(sum(comparison, Difference.Kind.CHANGED)))
          .append(" changed.");
    }
    return text.toString();
  }

  private String judgement() {
    if (comparison.count(Status.DIFFERS) > 0) {
      return "Not in sync.";
    }
    return comparison.incomplete() ? "Not known to be in sync." : "Not in sync yet.";
  }

  private String of(Status status) {
    return " " + number(comparison.count(status)) + " of " + counted(windows(), "window");
  }

  /** A table that cannot be compared has no windows. */
  private long windows() {
    return comparison.tables().stream().mapToLong(t -> t.windows().size()).sum()
        - comparison.count(Status.SKIPPED);
  }

  static long sum(Comparison comparison, Difference.Kind kind) {
    return comparison.tables().stream()
        .mapToLong(
            t ->
                switch (kind) {
                  case MISSING -> t.missing();
                  case EXTRA -> t.extra();
                  case CHANGED -> t.changed();
                })
        .sum();
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String counted(long value, String noun) {
    return number(value) + " " + noun + (value == 1 ? "" : "s");
  }
}
