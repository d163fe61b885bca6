package io.dualwrite.reconciler.inspect;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.jdbc.schema.Warning;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the pairing of the tables found, and globs that name nothing. */
final class SelectionChecks {
  private static final ImmutableSet<String> LATER = ImmutableSet.of("key-differs");

  /** Of warnings that say only what happens. */
  private static final ImmutableMap<String, String> WAYS_OUT =
      ImmutableMap.of(
          "source-trigger",
          " Capture by triggers (`capture: TRIGGER`) mirrors it; or let the application write it.",
          "target-trigger",
          " Disable them there until the target becomes primary (ALTER TABLE … DISABLE TRIGGER …), unless they are meant to run.",
          "foreign-key-update",
          " Capture by triggers (`capture: TRIGGER`) mirrors it.");

  private SelectionChecks() {}

  static void look(BothFacts both, Findings findings) {
    TablesConfig tables = both.config().tables();
    List<String> names =
        both.source().catalog().tables().stream().map(t -> t.name().toString()).toList();
    if (names.stream().noneMatch(tables::selects)) {
      findings.add(
          Severity.BLOCKS,
          "no-table",
          "no table of the source is selected by tables.include and tables.exclude.",
          "Name some. The source has "
              + (names.isEmpty() ? "no table that the user may see." : Some.of(names) + "."));
    }
    UnmatchedGlobs unmatched = new UnmatchedGlobs(both.config(), both.source().catalog());
    for (String glob : unmatched.includes()) {
      findings.add(
          UnmatchedGlobs.isName(glob) ? Severity.BLOCKS : Severity.LOSES,
          "include-unmatched",
          unmatched.message("tables.include", glob),
          "Correct it, or take it out.");
    }
    for (String glob : unmatched.excludes()) {
      findings.add(
          Severity.NOTE,
          "exclude-unmatched",
          unmatched.message("tables.exclude", glob),
          "Correct it, or take it out.");
    }
    both.mirror()
        .problems()
        .forEach(
            p -> findings.add(Severity.BLOCKS, "configuration", p, "Correct the configuration."));
    for (Refused refused : both.mirror().refused()) {
      findings.explained(Severity.BLOCKS, refused.reason(), refused.table(), refused.explanation());
    }
    for (Warning warning : both.mirror().warnings()) {
      Severity severity =
          warning.reason().equals("key-index")
              ? Severity.SLOW
              : LATER.contains(warning.reason()) ? Severity.NOTE : Severity.LOSES;
      findings.explained(
          severity,
          warning.reason(),
          warning.table(),
          warning.explanation() + WAYS_OUT.getOrDefault(warning.reason(), ""));
    }
    unfilled(both, findings);
  }

  private static void unfilled(BothFacts both, Findings findings) {
    if (!both.options().tables().isEmpty()) {
      return;
    }
    Set<String> filled =
        both.mirror().tables().stream()
            .map(TablePair::target)
            .map(t -> t.name().toString())
            .collect(Collectors.toSet());
    List<String> unfilled =
        both.target().catalog().tables().stream()
            .map(t -> t.name().toString())
            .filter(n -> !filled.contains(n) && both.source().catalog().table(n).isEmpty())
            .toList();
    if (!unfilled.isEmpty()) {
      findings.add(
          Severity.NOTE,
          "target-only",
          "the target has tables that the source has not: " + Some.of(unfilled) + ".",
          "Nothing fills them. Where one is the new name of a table, name it with `target:` under tables.overrides.");
    }
  }
}
