package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** What a watch comes to at a moment, in one line. */
public final class WatchLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private WatchLine() {}

  /** The line. */
  public static String of(WatchState state) {
    String upTo = state.upTo().map(t -> " up to " + TIME.format(t)).orElse("");
    return switch (state.verdict()) {
      case IN_SYNC ->
          "In sync" + upTo + ": " + counted(state.tables().size(), "table") + earlier(state) + ".";
      case DRIFT -> drift(state) + away(state);
      case NOT_YET -> "Not in sync yet: deliveries are pending" + waiting(state) + ".";
      case UNKNOWN -> "Not known to be in sync." + why(state);
    };
  }

  /** What was not looked at by this watch, but by a comparison before it. */
  private static String earlier(WatchState state) {
    return state
        .oldest()
        .filter(at -> at.isBefore(state.startedAt()))
        .map(at -> ", in part as compared at " + TIME.format(at))
        .orElse("");
  }

  private static String drift(WatchState state) {
    Map<String, Long> drifting = state.drifting();
    long rows = drifting.values().stream().mapToLong(Long::longValue).sum();
    return "Not in sync: "
        + (rows == 0 ? "rows" : counted(rows, "row"))
        + " of "
        + String.join(", ", drifting.keySet().stream().limit(5).toList())
        + (drifting.size() > 5 ? " and " + number(drifting.size() - 5L) + " more tables" : "")
        + (rows == 1 ? " differs." : " differ.");
  }

  private static String waiting(WatchState state) {
    return state
        .control()
        .map(c -> ", " + counted(c.pending(), "entry in the journal"))
        .orElse("")
        .replace("entry in the journals", "entries in the journal");
  }

  private static String why(WatchState state) {
    if (state.away().isPresent()) {
      return away(state);
    }
    long unseen = state.tables().stream().filter(t -> !t.looked() && t.problem().isEmpty()).count();
    long impossible = state.tables().stream().filter(t -> t.problem().isPresent()).count();
    long failed =
        state.tables().stream()
            .filter(t -> t.count(Status.FAILED) + t.count(Status.SKIPPED) > 0)
            .map(TableDrift::table)
            .count();
    StringBuilder text = new StringBuilder();
    if (state.tables().isEmpty()) {
      text.append(" Nothing has been looked at yet.");
    }
    if (unseen > 0) {
      text.append(' ').append(counted(unseen, "table")).append(" not looked at yet.");
    }
    long outdated = state.tables().stream().filter(TableDrift::outdated).count();
    if (outdated > 0) {
      text.append(' ')
          .append(counted(outdated, "table"))
          .append(" looked at in part too long ago: being read again.");
    }
    if (impossible > 0) {
      text.append(' ').append(counted(impossible, "table")).append(" cannot be compared.");
    }
    if (failed > 0) {
      text.append(" Looking failed in ").append(counted(failed, "table")).append('.');
    }
    return text.toString();
  }

  private static String away(WatchState state) {
    return state
        .away()
        .map(a -> " Cannot look since " + TIME.format(a.since()) + ": " + a.problem())
        .orElse("");
  }
}
