package io.dualwrite.reconciler.inspect;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Indexes, storage, partitions and constraints of each mirrored table. */
final class TableChecks {
  /** Below, a whole table is read as quickly as a part of it. */
  private static final long SMALL = 50_000;

  /** Types of a first key column by whose ranges a table can be cut. */
  private static final Set<String> RANGES =
      Set.of("int2", "int4", "int8", "uuid", "date", "timestamp", "timestamptz");

  private final BothFacts both;
  private final Findings findings;
  private final TablePair pair;
  private final String table;

  private TableChecks(BothFacts both, Findings findings, TablePair pair) {
    this.both = both;
    this.findings = findings;
    this.pair = pair;
    this.table = pair.name().toString();
  }

  static void look(BothFacts both, Findings findings) {
    for (TablePair pair : both.mirror().tables()) {
      TableChecks checks = new TableChecks(both, findings, pair);
      checks.windows();
      checks.unlogged();
      checks.partitions();
      checks.stricter();
      checks.cascadesOfTarget();
      checks.indexes();
    }
  }

  private void windows() {
    if (pair.timeColumn().isPresent()) {
      for (Side side : Side.values()) {
        String column = pair.timeColumn().get().on(side).name();
        if (!both.indexed(pair, side, column) && both.facts(pair, side).rows() > SMALL) {
          findings.add(
              Severity.SLOW,
              "time-index",
              table,
              "no index on the "
                  + side.label()
                  + " begins with its time column "
                  + column
                  + ": every comparison, and every resumed one, reads the whole table.",
              "CREATE INDEX CONCURRENTLY ON "
                  + pair.on(side).name().sql()
                  + " ("
                  + Identifiers.quote(column)
                  + "); on the "
                  + side.label()
                  + ".");
        }
      }
      return;
    }
    if (pair.key().isEmpty()) {
      findings.add(
          Severity.SLOW,
          "keyless-whole",
          table,
          "it has neither a key nor a time column: each write to it has the whole table copied again.",
          "Add a key, or a `time-column` under tables.overrides (docs/tables-without-keys.md).");
      return;
    }
    ColumnPair first = pair.key().get(0);
    boolean ranges =
        RANGES.contains(first.source().baseType())
            && RANGES.contains(first.target().baseType())
            && both.indexed(pair, Side.SOURCE, first.source().name())
            && both.indexed(pair, Side.TARGET, first.target().name());
    if (!ranges && both.rows(pair) > SMALL) {
      findings.add(
          Severity.SLOW,
          "no-windows",
          table,
          "it has no time column, and no key that begins with an indexed number or uuid: it is compared by shares of its keys'"
              + " hashes, each comparison reading it whole.",
          "Name a `time-column` under tables.overrides, if it has one that is set once.");
    }
  }

  private void unlogged() {
    if (both.facts(pair, Side.TARGET).unlogged()) {
      findings.add(
          Severity.LOSES,
          "unlogged",
          table,
          pair.target().name()
              + " is unlogged on the target: a crash of that server empties it, and what was delivered does not come again.",
          "ALTER TABLE " + pair.target().name().sql() + " SET LOGGED; on the target.");
    } else if (both.facts(pair, Side.SOURCE).unlogged()) {
      findings.add(
          Severity.NOTE,
          "unlogged",
          table,
          "it is unlogged on the source: a crash of that server empties it, and the target keeps the rows.",
          "After a crash: `reconciler repair --delete-extra`. Or exclude the table.");
    }
  }

  private void partitions() {
    RelationFacts target = both.facts(pair, Side.TARGET);
    RelationFacts source = both.facts(pair, Side.SOURCE);
    if (!pair.target().partitioned() || target.anywhere()) {
      return;
    }
    if (target.partitions().isEmpty()) {
      findings.add(
          Severity.BLOCKS,
          "no-partition",
          table,
          pair.target().name() + " has no partition on the target, so that every row is refused.",
          "Create its partitions, or CREATE TABLE … PARTITION OF "
              + pair.target().name().sql()
              + " DEFAULT;");
    } else if (!target.partitions().containsAll(source.partitions())
        || !pair.source().partitioned()) {
      findings.add(
          Severity.LOSES,
          "partitions",
          table,
          pair.target().name()
              + " has no default partition on the target, and not the partitions of the source: rows outside of them are refused.",
          "Create the partitions that are missing, those of the days to come too, or a DEFAULT one.");
    }
  }

  /** What the target refuses and the source does not. */
  private void stricter() {
    Set<String> ofSource = new HashSet<>();
    both.source()
        .checks()
        .getOrDefault(pair.source().oid(), Map.of())
        .values()
        .forEach(definition -> ofSource.add(definition.replace(" NOT VALID", "")));
    List<String> only = new ArrayList<>();
    both.target()
        .checks()
        .getOrDefault(pair.target().oid(), Map.of())
        .forEach(
            (name, definition) -> {
              if (!ofSource.contains(definition.replace(" NOT VALID", ""))) {
                only.add(name);
              }
            });
    for (IndexFacts index : both.target().indexesOf(pair.target())) {
      boolean refuses =
          index.unique()
              && both.source().indexesOf(pair.source()).stream()
                  .noneMatch(i -> i.unique() && sameColumns(i, index));
      boolean key =
          index.plain()
              && Set.copyOf(index.columns()).containsAll(names(pair.keyOn(Side.TARGET)))
              && !pair.key().isEmpty();
      if (refuses && !key) {
        only.add(index.name());
      }
    }
    for (ForeignKey key : pair.target().foreignKeys()) {
      boolean mirrored =
          pair.source().foreignKeys().stream()
              .anyMatch(k -> targetNames(k.columns()).equals(key.columns()));
      if (!mirrored) {
        only.add(key.name());
      }
    }
    if (!only.isEmpty()) {
      findings.add(
          Severity.LOSES,
          "stricter-target",
          table,
          "the target has constraints that the source has not: "
              + Some.of(only)
              + ". Rows that they refuse are set aside, not delivered.",
          "Drop them until the target becomes primary, or make sure that the source's rows meet them.");
    }
  }

  /** A cascade there changes rows that the source may keep. */
  private void cascadesOfTarget() {
    for (ForeignKey key : pair.target().foreignKeys()) {
      boolean acts = key.onDelete() != 'a' && key.onDelete() != 'r';
      boolean same =
          pair.source().foreignKeys().stream()
              .anyMatch(
                  k ->
                      k.onDelete() == key.onDelete()
                          && targetNames(k.columns()).equals(key.columns()));
      if (acts && !same) {
        findings.add(
            Severity.LOSES,
            "target-cascade",
            table,
            "on the target, foreign key "
                + key.name()
                + " deletes or changes rows when a row of "
                + key.parent()
                + " is deleted, and the source keeps them.",
            "Give it the source's ON DELETE action.");
      }
    }
  }

  private void indexes() {
    List<String> lacking =
        both.source().indexesOf(pair.source()).stream()
            .filter(
                i ->
                    i.plain()
                        && both.target().indexesOf(pair.target()).stream()
                            .noneMatch(t -> begins(t, targetNames(i.columns()))))
            .map(i -> i.name() + " (" + String.join(", ", i.columns()) + ")")
            .toList();
    if (!lacking.isEmpty()) {
      findings.add(
          Severity.SLOW,
          "index-missing",
          table,
          "no index on the target does what these do on the source: " + Some.of(lacking) + ".",
          "Create them there before reads move to the target; after a backfill that is quicker.");
    }
  }

  private static boolean begins(IndexFacts index, List<String> columns) {
    return !index.partial()
        && index.columns().size() >= columns.size()
        && index.columns().subList(0, columns.size()).equals(columns);
  }

  private boolean sameColumns(IndexFacts ofSource, IndexFacts ofTarget) {
    return ofSource.plain() == ofTarget.plain()
        && targetNames(ofSource.columns()).equals(ofTarget.columns());
  }

  private List<String> targetNames(List<String> columns) {
    return columns.stream()
        .map(
            c ->
                pair.columns().stream()
                    .filter(p -> p.source().name().equals(c))
                    .map(p -> p.target().name())
                    .findFirst()
                    .orElse(c))
        .toList();
  }

  private static List<String> names(List<Column> columns) {
    return columns.stream().map(Column::name).toList();
  }
}
