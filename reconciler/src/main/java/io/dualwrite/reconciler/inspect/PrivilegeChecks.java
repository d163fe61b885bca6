package io.dualwrite.reconciler.inspect;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the configured users may not do, with the GRANT for it. */
final class PrivilegeChecks {
  private final BothFacts both;
  private final Findings findings;

  private PrivilegeChecks(BothFacts both, Findings findings) {
    this.both = both;
    this.findings = findings;
  }

  static void look(BothFacts both, Findings findings) {
    PrivilegeChecks checks = new PrivilegeChecks(both, findings);
    for (Side side : Side.values()) {
      checks.schemas(side);
      checks.tables(side);
      checks.control(side);
    }
    checks.policies();
    checks.triggers();
    checks.temporary();
  }

  private String user(Side side) {
    return Identifiers.quote(both.on(side).server().user());
  }

  private void schemas(Side side) {
    Set<String> closed = new TreeSet<>();
    both.mirror().tables().stream()
        .filter(p -> !both.facts(p, side).reachable())
        .forEach(p -> closed.add(p.on(side).name().schema()));
    if (!closed.isEmpty()) {
      findings.add(
          Severity.BLOCKS,
          side.label() + "-schema-privilege",
          side.label()
              + ": "
              + user(side)
              + " may not use schema "
              + String.join(", ", closed)
              + ".",
          "GRANT USAGE ON SCHEMA "
              + closed.stream().map(Identifiers::quote).collect(joining(", "))
              + " TO "
              + user(side)
              + ";");
    }
  }

  /** Tables that lack the same privileges share a finding. */
  private void tables(Side side) {
    Map<List<String>, List<String>> needed = new LinkedHashMap<>();
    Map<List<String>, List<String>> optional = new LinkedHashMap<>();
    for (TablePair pair : both.mirror().tables()) {
      RelationFacts facts = both.facts(pair, side);
      List<String> columns = pair.columnsOn(side).stream().map(Column::name).toList();
      List<String> missing = new ArrayList<>();
      if (any(facts.unreadable(), columns)) {
        missing.add("SELECT");
      }
      List<String> writes = new ArrayList<>();
      if (any(facts.uninsertable(), columns)) {
        writes.add("INSERT");
      }
      if (any(facts.unupdatable(), columns)) {
        writes.add("UPDATE");
      }
      if (!facts.deletable()) {
        writes.add("DELETE");
      }
      String name = pair.on(side).name().sql();
      if (side == Side.TARGET) {
        missing.addAll(writes);
      } else if (!writes.isEmpty()) {
        optional.computeIfAbsent(writes, w -> new ArrayList<>()).add(name);
      }
      if (!missing.isEmpty()) {
        needed.computeIfAbsent(missing, m -> new ArrayList<>()).add(name);
      }
    }
    needed.forEach(
        (missing, names) ->
            findings.add(
                Severity.BLOCKS,
                side.label() + "-privilege",
                lacks(side, missing, names)
                    + (side == Side.SOURCE
                        ? ", which delivery, compare, repair and backfill read with it."
                        : ", which delivery, repair and backfill write."),
                grant(side, missing, names)));
    optional.forEach(
        (missing, names) ->
            findings.add(
                Severity.NOTE,
                "application-privilege",
                lacks(side, missing, names)
                    + ". That is as it should be where the application only reads it, or writes it as another user.",
                grant(side, missing, names)));
  }

  private String lacks(Side side, List<String> privileges, List<String> tables) {
    return side.label()
        + ": "
        + user(side)
        + " has no "
        + String.join(", ", privileges)
        + " on "
        + Some.of(tables);
  }

  private String grant(Side side, List<String> privileges, List<String> tables) {
    return "GRANT "
        + String.join(", ", privileges)
        + " ON "
        + String.join(", ", tables)
        + " TO "
        + user(side)
        + ";";
  }

  private static boolean any(List<String> lacking, List<String> columns) {
    return lacking.stream().anyMatch(columns::contains);
  }

  private void control(Side side) {
    SideFacts facts = both.on(side);
    String schema = both.config().journal().schema();
    if (!facts.control().begun()) {
      if (facts.server().mayCreate()) {
        findings.add(
            Severity.NOTE,
            "not-initialised",
            side.label() + ": there is no control schema " + schema + " yet.",
            "`reconciler init` creates it; so does the application's first start.");
      } else {
        findings.add(
            Severity.BLOCKS,
            "init-privilege",
            side.label()
                + ": there is no control schema "
                + schema
                + " yet, and "
                + user(side)
                + " may not create it.",
            "GRANT CREATE ON DATABASE "
                + Identifiers.quote(facts.server().database())
                + " TO "
                + user(side)
                + "; or let an administrator run the output of `reconciler init --print`.");
      }
    } else if (!facts.control().complete()) {
      findings.add(
          Severity.BLOCKS,
          "control-incomplete",
          side.label() + ": some tables of control schema " + schema + " are missing.",
          "Run `reconciler init` again.");
    }
    if (!facts.control().missing().isEmpty()) {
      findings.add(
          Severity.BLOCKS,
          "control-privilege",
          side.label() + ": " + user(side) + " may not use all of control schema " + schema + ".",
          facts.control().missing().stream()
              .map(m -> "GRANT " + m + " TO " + user(side) + ";")
              .collect(joining(" ")));
    }
  }

  /** The sessions switch row security off, so that a read that a policy would narrow fails. */
  private void policies() {
    for (TablePair pair : both.mirror().tables()) {
      for (Side side : Side.values()) {
        if (both.facts(pair, side).policed()) {
          Table table = pair.on(side);
          findings.add(
              Severity.BLOCKS,
              "row-security",
              pair.name().toString(),
              "row security hides rows of "
                  + table.name()
                  + " on the "
                  + side.label()
                  + " from "
                  + user(side)
                  + ", and what a policy hides can be neither copied nor compared.",
              "ALTER ROLE "
                  + user(side)
                  + " BYPASSRLS; or give the configuration the table's owner, "
                  + both.facts(pair, side).owner()
                  + ".");
        }
      }
    }
  }

  private void triggers() {
    if (both.config().capture() != CaptureMode.TRIGGER) {
      return;
    }
    List<String> others =
        both.mirror().tables().stream()
            .filter(p -> !both.facts(p, Side.SOURCE).owned())
            .map(p -> p.name().toString())
            .toList();
    if (!others.isEmpty()) {
      findings.add(
          both.source().control().begun() ? Severity.NOTE : Severity.BLOCKS,
          "trigger-owner",
          "capture: TRIGGER needs the owner of the tables once, and "
              + user(Side.SOURCE)
              + " is not that of "
              + Some.of(others)
              + ".",
          "Run `reconciler init` as the owner, or let an administrator run the output of `reconciler init --print`.");
    }
  }

  private void temporary() {
    if (!both.target().server().mayUseTemporary()) {
      findings.add(
          Severity.BLOCKS,
          "temporary-privilege",
          "target: "
              + user(Side.TARGET)
              + " may not create temporary tables, which backfill needs.",
          "GRANT TEMPORARY ON DATABASE "
              + Identifiers.quote(both.target().server().database())
              + " TO "
              + user(Side.TARGET)
              + ";");
    }
  }
}
