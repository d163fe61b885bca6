package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.OwnedSequence;
import io.dualwrite.jdbc.schema.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One database, read in one snapshot.
 *
 * @param catalog its tables
 * @param server server, database and user
 * @param relations by the table's oid
 * @param indexes by the table's oid
 * @param checks names and definitions of check and exclusion constraints, by the table's oid
 * @param enums labels by the type as {@code format_type} prints it, in their order
 * @param computed expressions of computed columns, by the table's oid and the column's name
 * @param extensions versions of installed extensions, by name
 * @param available extensions that could be installed
 * @param looseSequences sequences that belong to no column
 * @param control the control schema
 */
record SideFacts(
    Catalog catalog,
    ServerFacts server,
    Map<Long, RelationFacts> relations,
    Map<Long, List<IndexFacts>> indexes,
    Map<Long, Map<String, String>> checks,
    Map<String, List<String>> enums,
    Map<Long, Map<String, String>> computed,
    Map<String, String> extensions,
    List<String> available,
    List<String> looseSequences,
    ControlFacts control) {

  /**
   * The control schema.
   *
   * @param begun whether any of it is there
   * @param complete whether all its tables are
   * @param missing privileges on it that the user lacks, as {@code GRANT} names them
   * @param state the migration's row, where it is registered and readable
   */
  record ControlFacts(
      boolean begun, boolean complete, List<String> missing, Optional<Control.State> state) {}

  RelationFacts of(Table table) {
    RelationFacts facts = relations.get(table.oid());
    if (facts == null) {
      throw new IllegalStateException(table.name() + " was not looked at");
    }
    return facts;
  }

  List<IndexFacts> indexesOf(Table table) {
    return indexes.getOrDefault(table.oid(), List.of());
  }

  /** The sequence that fills that column. */
  Optional<OwnedSequence> sequence(Table table, String column) {
    return catalog.sequences().stream()
        .filter(s -> s.table().equals(table.name()) && s.column().equals(column))
        .findFirst();
  }
}
