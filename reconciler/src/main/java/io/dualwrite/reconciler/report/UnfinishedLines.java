package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.backfill.file.FileBackfiller;
import io.dualwrite.reconciler.state.Retention;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.UnfinishedRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which runs are not over, how to go on with those that were interrupted, and how to be rid of
 * them.
 */
final class UnfinishedLines {
  /** What stands for an option that was not given. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "--table", "all",
          "--from", "none",
          "--to", "none",
          "--window", "auto",
          "--checksum", "auto");

  private static final Set<String> FLAGS =
      Set.of("--all", "--delete-extra", "--defer-indexes", "--no-header");

  /** Given once for each value. */
  private static final Set<String> REPEATED = Set.of("--table", "--exclude", "--ignore-column");

  private static final String SET_ASIDE = "--set-aside";
  private static final String FILE = "file ";
  private static final Pattern PATH = Pattern.compile("(?s)(.*) of \\d+ bytes, changed .*");
  private static final String LEAD = "unfinished ";

  private UnfinishedLines() {}

  static String of(List<UnfinishedRun> runs, NextStep next) {
    StringBuilder text = new StringBuilder();
    for (UnfinishedRun unfinished : runs) {
      Run run = unfinished.run();
      text.append(LEAD).append(run.command()).append(" of ");
      text.append(EarlierLines.time(run.startedAt()));
      // Its files lie there.
      text.append(FileBackfiller.isLoad(run.command()) ? " on " + unfinished.host() : "");
      if (unfinished.isHeld()) {
        text.append(", under way (").append(unfinished.process()).append(")\n");
        continue;
      }
      String[] options = options(run).toArray(String[]::new);
      text.append(", interrupted. To go on: ").append(next.of(command(run), options)).append('\n');
      text.append(Wrapped.text(" ".repeat(LEAD.length()), instead(unfinished)));
    }
    return text.toString();
  }

  private static String instead(UnfinishedRun run) {
    String setAside = run.run().settings().get(SET_ASIDE);
    return "To begin anew: "
        + (setAside == null ? "" : "move " + setAside + " away, if there is one, and ")
        + "leave --resume out. Left alone, it is forgotten after "
        + EarlierLines.time(forgottenAt(run)).substring(0, 10)
        + ".";
  }

  private static Instant forgottenAt(UnfinishedRun run) {
    return Instant.now().minus(run.silent()).plus(Retention.UNFINISHED);
  }

  static void put(List<UnfinishedRun> runs, ArrayNode nodes) {
    for (UnfinishedRun unfinished : runs) {
      Run run = unfinished.run();
      ObjectNode node = nodes.addObject();
      node.put("run", run.id());
      node.put("command", command(run));
      node.put("startedAt", run.startedAt().toString());
      node.put("underWay", unfinished.isHeld());
      node.put("host", unfinished.host());
      run.settings().forEach(node.putObject("settings")::put);
      if (!unfinished.isHeld()) {
        node.put("forgottenAt", forgottenAt(unfinished).toString());
        ArrayNode resume = node.putArray("resume").add(command(run));
        options(run).forEach(resume::add);
      }
    }
  }

  private static String command(Run run) {
    return FileBackfiller.isLoad(run.command()) ? "backfill" : run.command();
  }

  /** The options that the run was made with, and the one that goes on with it. */
  private static List<String> options(Run run) {
    List<String> options = new ArrayList<>();
    run.settings()
        .forEach(
            (name, value) -> {
              if (FLAGS.contains(name)) {
                options.addAll(value.equals("yes") ? List.of(name) : List.of());
              } else if (name.startsWith("--") && !value.equals(DEFAULTS.get(name))) {
                String[] values =
                    REPEATED.contains(name) ? value.split(", ", -1) : new String[] {value};
                for (String one : values) {
                  options.addAll(List.of(name, one));
                }
              }
            });
    for (int i = 1; run.settings().containsKey(FILE + i); i++) {
      Matcher path = PATH.matcher(String.valueOf(run.settings().get(FILE + i)));
      if (path.matches()) {
        options.addAll(List.of("--file", path.group(1)));
      }
    }
    options.add("--resume");
    return options;
  }
}
