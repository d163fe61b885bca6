package io.dualwrite.jdbc.capture;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Column.Generation;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.schema.UniqueKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A resolver without a database: some mirrored tables, a view, a function that writes. */
final class Tables implements TableResolver {
  static final CapturedTable T =
      table(
          "public.t",
          List.of(column("id", "int8"), column("a", "int4"), column("b", "text")),
          1,
          Optional.empty());
  static final CapturedTable ITEMS =
      table(
          "app.Order Items",
          List.of(column("Order Id", "int4"), column("at", "timestamptz"), column("note", "text")),
          2,
          Optional.empty());
  static final CapturedTable RANGED =
      table(
          "public.ranged",
          List.of(column("at", "timestamptz"), column("v", "int4")),
          0,
          Optional.of(column("at", "timestamptz")));
  static final CapturedTable WHOLE =
      table("public.whole", List.of(column("v", "int4")), 0, Optional.empty());

  private static final Set<String> WRITING = Set.of("writes", "app.writes", "\"Writes\"");

  private final Map<String, Relation> relations = new HashMap<>();

  Tables() {
    relations.put("t", new Relation.Mirrored(T));
    relations.put("public.t", new Relation.Mirrored(T));
    relations.put("\"t\"", new Relation.Mirrored(T));
    relations.put("T", new Relation.Mirrored(T));
    relations.put("t_part", new Relation.Mirrored(T));
    relations.put("app.\"Order Items\"", new Relation.Mirrored(ITEMS));
    relations.put("ranged", new Relation.Mirrored(RANGED));
    relations.put("whole", new Relation.Mirrored(WHOLE));
    relations.put("audit", new Relation.NotMirrored());
    relations.put("tmp", new Relation.Temporary());
    relations.put("v", new Relation.Uncapturable("view", "v is a view"));
  }

  static Column column(String name, String type) {
    return new Column(name, type, type, 'b', true, Generation.NONE, true);
  }

  private static CapturedTable table(
      String name, List<Column> columns, int keys, Optional<Column> range) {
    int dot = name.indexOf('.');
    List<Column> key = columns.subList(0, keys);
    UniqueKey primary =
        new UniqueKey("t_pkey", key.stream().map(Column::name).toList(), true, true, true);
    Table table =
        new Table(
            new TableName(name.substring(0, dot), name.substring(dot + 1)),
            4711,
            false,
            columns,
            keys == 0 ? List.of() : List.of(primary),
            List.of(),
            Optional.empty(),
            false,
            List.of(),
            false);
    return new CapturedTable(name, table, key, range, FailurePolicy.RECOVER);
  }

  @Override
  public Relation resolve(String nameAsWritten) {
    return relations.getOrDefault(nameAsWritten, new Relation.Unknown());
  }

  @Override
  public boolean wouldMirror(String nameAsWritten) {
    return nameAsWritten.startsWith("new_");
  }

  @Override
  public boolean mayWrite(String functionNameAsWritten) {
    return WRITING.contains(functionNameAsWritten);
  }

  @Override
  public boolean mayWriteAsAttribute(String name) {
    return name.equals("writes");
  }

  @Override
  public boolean mayChangeNames(String functionNameAsWritten) {
    return functionNameAsWritten.equals("moves");
  }

  @Override
  public List<CapturedTable> cascade(String nameAsWritten) {
    return nameAsWritten.equals("v") ? List.of() : List.of(ITEMS);
  }
}
