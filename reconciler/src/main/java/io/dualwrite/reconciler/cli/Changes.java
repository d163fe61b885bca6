package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.report.WatchLine;
import io.dualwrite.reconciler.watch.WatchState;
import java.io.PrintWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** One line for each change of what a watch comes to, however many rounds there are. */
final class Changes {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final PrintWriter out;
  private List<Object> before = List.of();

  Changes(PrintWriter out) {
    this.out = out;
  }

  void accept(WatchState state) {
    boolean looking =
        state.away().isEmpty()
            && state.tables().stream().anyMatch(t -> !t.looked() && t.problem().isEmpty());
    List<Object> now =
        List.of(
            state.verdict(),
            state.drifting().keySet(),
            state.away().map(WatchState.Away::problem).orElse(""));
    if (!now.equals(before) && !looking) {
      before = now;
      out.println(TIME.format(state.at()) + " " + WatchLine.of(state));
      out.flush();
    }
  }
}
