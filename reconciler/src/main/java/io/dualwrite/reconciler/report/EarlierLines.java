package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.NotReadAgain.Reason;
import io.dualwrite.reconciler.compare.TableComparison;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a comparison took from earlier ones: it must not look as if it had been read now. */
public final class EarlierLines {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private EarlierLines() {}

  /** One line for each part of a table. */
  public static String of(TableComparison table) {
    return table.notReadAgain().stream()
        .filter(part -> part.windows().orElse(1) > 0)
        .map(part -> table.table() + " " + line(part) + "\n")
        .collect(Collectors.joining());
  }

  private static String line(NotReadAgain part) {
    String what =
        part.windows().isPresent()
            ? counted(part.windows().getAsLong(), "window")
                + (part.rows().isPresent()
                    ? " with " + counted(part.rows().getAsLong(), "row")
                    : "")
            : "windows";
    return switch (part.reason()) {
      case RESUMED ->
          what
              + " finished before the interruption, "
              + span(part)
              + ", not read again: what changed there since was not seen";
      case EQUAL_BEFORE -> what + " found equal " + span(part) + " not read again";
      case APPEND_ONLY ->
          what
              + " before "
              + part.upTo().orElse("its end")
              + " verified "
              + span(part)
              + " not read again, nor counted above: the table is append-only (--all reads them)";
    };
  }

  private static String span(NotReadAgain part) {
    String first = time(part.firstAt());
    String last = time(part.lastAt());
    return first.equals(last) ? "at " + first : "between " + first + " and " + last;
  }

  static String time(Instant at) {
    return MINUTE.format(at);
  }

  /** What to add to a verdict; empty if everything was read. */
  static String summary(Comparison comparison) {
    List<NotReadAgain> parts =
        comparison.tables().stream().flatMap(t -> t.notReadAgain().stream()).toList();
    return summary(parts, Reason.EQUAL_BEFORE, " that the last comparison found equal")
        + summary(parts, Reason.RESUMED, " finished before the interruption")
        + summary(parts, Reason.APPEND_ONLY, " more of append-only tables, verified earlier,");
  }

  private static String summary(List<NotReadAgain> all, Reason reason, String which) {
    List<NotReadAgain> parts = all.stream().filter(p -> p.reason() == reason).toList();
    if (parts.isEmpty()) {
      return "";
    }
    boolean known = parts.stream().allMatch(p -> p.windows().isPresent());
    long windows = parts.stream().mapToLong(p -> p.windows().orElse(0)).sum();
    return " "
        + (known ? number(windows) + (windows == 1 ? " window" : " windows") : "Windows")
        + which
        + (known && windows == 1 ? " was" : " were")
        + " not read again.";
  }
}
