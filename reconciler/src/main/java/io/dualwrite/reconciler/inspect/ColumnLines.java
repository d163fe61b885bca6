package io.dualwrite.reconciler.inspect;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedColumn;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.inspect.InspectedColumn.Compared;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A table's columns beside their counterparts. */
final class ColumnLines {
  private ColumnLines() {}

  /** Of a mirrored table. */
  static List<InspectedColumn> of(TablePair pair, TableOverride override) {
    ComparedTable compared = new ComparedTable(pair, Checksum.SEND, Side.SOURCE);
    List<InspectedColumn> lines = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Column source : pair.source().columns()) {
      Optional<ComparedColumn> column =
          compared.columns().stream().filter(c -> c.pair().source().equals(source)).findFirst();
      String name =
          column
              .map(c -> c.pair().target().name())
              .orElse(override.columns().getOrDefault(source.name(), source.name()));
      Optional<Column> target = pair.target().column(name);
      target.ifPresent(t -> used.add(t.name()));
      lines.add(
          column
              .map(c -> compared(c))
              .orElseGet(
                  () ->
                      line(
                          source,
                          target,
                          Compared.NOT,
                          Optional.of(
                              override.ignoreColumns().contains(source.name())
                                  ? "left out by ignore-columns"
                                  : "computed by each side"))));
    }
    for (Column target : pair.target().columns()) {
      if (!used.contains(target.name())) {
        lines.add(
            new InspectedColumn(
                target.name(),
                Optional.empty(),
                Optional.of(target.name()),
                Optional.of(target.type()),
                Compared.NOT,
                Optional.of("on the target alone")));
      }
    }
    return lines;
  }

  /** Of a table that is not mirrored, though the configuration includes it. */
  static List<InspectedColumn> ofRefused(
      Table source, Optional<Table> target, TableOverride override) {
    List<InspectedColumn> lines = new ArrayList<>();
    for (Column column : source.columns()) {
      String name = override.columns().getOrDefault(column.name(), column.name());
      Optional<Column> counterpart = target.flatMap(t -> t.column(name));
      boolean ignored = override.ignoreColumns().contains(column.name());
      lines.add(
          line(
              column,
              counterpart,
              ignored ? Compared.NOT : Compared.CANNOT,
              ignored
                  ? Optional.of("left out by ignore-columns")
                  : counterpart.isEmpty()
                      ? Optional.of("the target has no column " + name)
                      : Optional.empty()));
    }
    return lines;
  }

  private static InspectedColumn compared(ComparedColumn column) {
    Column source = column.pair().source();
    Column target = column.pair().target();
    if (TypeFit.of(source, target).filter(TypeFit.Never.class::isInstance).isPresent()) {
      return line(source, Optional.of(target), Compared.CANNOT, column.conversion());
    }
    Compared how =
        column.conversion().isPresent()
            ? Compared.CONVERTED
            : column.isJson()
                ? Compared.BY_TREE
                : column.asText() ? Compared.AS_TEXT : Compared.EXACTLY;
    return line(source, Optional.of(target), how, Optional.empty());
  }

  private static InspectedColumn line(
      Column source, Optional<Column> target, Compared compared, Optional<String> note) {
    return new InspectedColumn(
        source.name(),
        Optional.of(source.type()),
        target.map(Column::name),
        target.map(Column::type),
        compared,
        note);
  }
}
