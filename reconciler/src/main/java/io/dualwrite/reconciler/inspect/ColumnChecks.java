package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Values that the target's column would refuse or change. */
final class ColumnChecks {
  private final BothFacts both;
  private final Findings findings;
  private final TablePair pair;
  private final String table;

  private ColumnChecks(BothFacts both, Findings findings, TablePair pair) {
    this.both = both;
    this.findings = findings;
    this.pair = pair;
    this.table = pair.name().toString();
  }

  static void look(BothFacts both, Findings findings) {
    for (TablePair pair : both.mirror().tables()) {
      ColumnChecks checks = new ColumnChecks(both, findings, pair);
      pair.columns().forEach(checks::column);
      checks.computed();
      checks.sequences();
    }
  }

  private void column(ColumnPair column) {
    Column source = column.source();
    Column target = column.target();
    String types =
        "column " + source.name() + ": " + source.type() + " becomes " + target.type() + ", and ";
    TypeFit.of(source, target)
        .ifPresent(
            misfit -> {
              if (misfit instanceof TypeFit.Never) {
                findings.add(
                    Severity.BLOCKS,
                    "type-unfit",
                    table,
                    types + misfit.words() + ".",
                    "Give the target's column another type, or leave it out with `ignore-columns` under tables.overrides.");
              } else if (misfit instanceof TypeFit.Changes) {
                findings.add(
                    Severity.LOSES,
                    "type-rounds",
                    table,
                    types + "a value is " + misfit.words() + "; compare takes that for equal.",
                    "Give the target's column the source's type, or make sure that this is meant.");
              } else {
                findings.add(
                    Severity.LOSES,
                    "type-narrower",
                    table,
                    types + misfit.words() + " is refused there and set aside.",
                    "Give the target's column the source's type, or make sure that no such value exists.");
              }
            });
    if (target.notNull() && !source.notNull()) {
      findings.add(
          Severity.LOSES,
          "not-null",
          table,
          "column " + source.name() + " may be null on the source, and the target refuses null.",
          "ALTER TABLE "
              + pair.target().name().sql()
              + " ALTER "
              + target.sql()
              + " DROP NOT NULL; on the target, or make it not null on the source.");
    }
    labels(source, target);
    boolean keyed = pair.key().contains(column);
    if (keyed && source.deterministicCollation() != target.deterministicCollation()
        || keyed && source.baseType().equals("citext") != target.baseType().equals("citext")) {
      findings.add(
          Severity.LOSES,
          "key-collation",
          table,
          "key column "
              + source.name()
              + " tells apart on one side what the other takes for equal (citext, or a nondeterministic collation).",
          "Make type and collation alike on both sides.");
    }
  }

  private void labels(Column source, Column target) {
    List<String> from = both.source().enums().getOrDefault(source.castType(), List.of());
    List<String> to = both.target().enums().getOrDefault(target.castType(), List.of());
    if (source.typeKind() != 'e' || target.typeKind() != 'e') {
      return;
    }
    List<String> lacking = from.stream().filter(l -> !to.contains(l)).toList();
    if (!lacking.isEmpty()) {
      findings.add(
          Severity.LOSES,
          "enum-labels",
          table,
          "column "
              + source.name()
              + ": the target's "
              + target.castType()
              + " lacks the labels "
              + Some.of(lacking)
              + ", and rows with them are refused there.",
          "ALTER TYPE " + target.castType() + " ADD VALUE each of them, on the target.");
    }
  }

  /** Computed on both sides, and so neither copied nor compared. */
  private void computed() {
    for (Column source : pair.source().columns()) {
      String counterpart =
          both.config()
              .tables()
              .override(table)
              .columns()
              .getOrDefault(source.name(), source.name());
      boolean onBoth =
          !source.writable()
              && pair.target().column(counterpart).filter(c -> !c.writable()).isPresent();
      if (!onBoth) {
        continue;
      }
      String here =
          both.source()
              .computed()
              .getOrDefault(pair.source().oid(), java.util.Map.of())
              .get(source.name());
      String there =
          both.target()
              .computed()
              .getOrDefault(pair.target().oid(), java.util.Map.of())
              .get(counterpart);
      if (!Objects.equals(here, there)) {
        findings.add(
            Severity.LOSES,
            "computed-differently",
            table,
            "column "
                + source.name()
                + " is computed by each side itself, and not by the same expression; it is neither copied nor compared.",
            "Give the target's column the source's expression, or make sure that this is meant.");
      }
    }
  }

  private void sequences() {
    List<String> without = new ArrayList<>();
    for (ColumnPair column : pair.columns()) {
      boolean filled = both.source().sequence(pair.source(), column.source().name()).isPresent();
      boolean there = both.target().sequence(pair.target(), column.target().name()).isPresent();
      if (filled && !there) {
        without.add(column.target().name());
      }
    }
    if (!without.isEmpty()) {
      findings.add(
          Severity.NOTE,
          "sequence-missing",
          table,
          "column "
              + String.join(", ", without)
              + " has a sequence on the source and none on the target, so that nothing will number new rows there.",
          "ALTER TABLE "
              + pair.target().name().sql()
              + " ALTER … ADD GENERATED BY DEFAULT AS IDENTITY; before the target becomes primary.");
    }
  }
}
