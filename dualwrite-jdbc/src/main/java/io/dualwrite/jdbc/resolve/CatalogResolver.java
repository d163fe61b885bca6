package io.dualwrite.jdbc.resolve;

import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Resolves names on one connection; confined to its thread.
 *
 * <p>In an aborted transaction it fails with 25P02, as the application's own statement would: an
 * answer given then could outlive the transaction in a cache.
 */
final class CatalogResolver implements TableResolver {
  private static final String TEMPORARY_SCHEMA = "pg_temp_";

  private final Relations relations;
  private final Connection raw;
  private final SessionNames session;
  private final LongConsumer unknown;

  CatalogResolver(Relations relations, Connection raw, SessionNames session, LongConsumer unknown) {
    this.relations = relations;
    this.raw = raw;
    this.session = session;
    this.unknown = unknown;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    Optional<WrittenName> parsed = WrittenName.parse(nameAsWritten);
    if (parsed.isEmpty()) {
      return new Relation.Uncapturable(
          "name",
          nameAsWritten + " is not a plain or quoted name. Write the table's name plainly.");
    }
    WrittenName name = parsed.get();
    String path = session.searchPath();
    if (path != null && !session.temporaryTables()) {
      Optional<Relation> cached = relations.cached(path, name);
      if (cached.isPresent()) {
        return cached.get();
      }
    }
    return ask(name);
  }

  private Relation ask(WrittenName name) throws SQLException {
    NameLookup.Answer answer = NameLookup.ask(raw, name, relations.journalSchema());
    session.searchPath(answer.session());
    if (answer.session().contains(TEMPORARY_SCHEMA)) {
      // Created by a function, perhaps, which no text tells of.
      session.createdTemporaryTable();
    }
    if (answer.relation().isEmpty()) {
      return new Relation.Unknown();
    }
    FoundRelation found = answer.relation().get();
    Relation relation = relations.meaning(found, unknown);
    if (relation instanceof Relation.Mirrored captured) {
      relation = permitted(found, captured.table(), answer.role()).orElse(captured);
    }
    if (!found.temporary() && !session.temporaryTables() && relations.knows(found)) {
      relations.cache(answer.session(), name, relation);
    }
    return relation;
  }

  /** What privilege is missing, if one is. */
  private Optional<Relation> permitted(FoundRelation found, CapturedTable table, String role)
      throws SQLException {
    List<Column> needed = new ArrayList<>(table.key());
    table.rangeColumn().ifPresent(needed::add);
    if (!found.readable() && !NameLookup.mayRead(raw, found.oid(), needed)) {
      return Optional.of(
          new Relation.Uncapturable(
              "privilege",
              "The role "
                  + role
                  + " may not read the key of "
                  + table.journalName()
                  + ". Grant it: GRANT SELECT ("
                  + String.join(", ", needed.stream().map(Column::sql).toList())
                  + ") ON "
                  + table.table().name().sql()
                  + " TO "
                  + role
                  + "."));
    }
    if (!found.journalWritable()) {
      return Optional.of(
          new Relation.Uncapturable(
              "privilege",
              "The role "
                  + role
                  + " may not write the journal. Grant it: GRANT USAGE ON SCHEMA "
                  + Identifiers.quote(relations.journalSchema())
                  + " TO "
                  + role
                  + "; GRANT INSERT ON "
                  + Identifiers.quote(relations.journalSchema())
                  + ".journal TO "
                  + role
                  + "."));
    }
    return Optional.empty();
  }

  @Override
  public boolean wouldMirror(String nameAsWritten) throws SQLException {
    Optional<WrittenName> parsed = WrittenName.parse(nameAsWritten);
    if (parsed.isEmpty()) {
      return true;
    }
    WrittenName name = parsed.get();
    String schema = name.schema().orElse(null);
    return relations.selects(schema == null ? NameLookup.creationSchema(raw) : schema, name.name());
  }

  @Override
  public boolean mayWrite(String functionNameAsWritten) {
    return WrittenName.parse(functionNameAsWritten)
        .map(f -> !isBuiltIn(f) && relations.mayWrite(f.name()))
        .orElse(true);
  }

  @Override
  public boolean mayWriteAsAttribute(String name) {
    return relations.mayWriteAsAttribute(name);
  }

  @Override
  public boolean mayChangeNames(String functionNameAsWritten) {
    return WrittenName.parse(functionNameAsWritten)
        .map(f -> !isBuiltIn(f) && relations.mayChangeNames(f.name()))
        .orElse(true);
  }

  private static boolean isBuiltIn(WrittenName function) {
    return function.schema().equals(Optional.of("pg_catalog"));
  }

  @Override
  public List<CapturedTable> cascade(String nameAsWritten) throws SQLException {
    Optional<WrittenName> name = WrittenName.parse(nameAsWritten);
    if (name.isEmpty()) {
      return List.of();
    }
    Optional<Table> table =
        NameLookup.ask(raw, name.get(), relations.journalSchema())
            .relation()
            .flatMap(relations::table);
    return table.map(relations::referencing).orElse(List.of());
  }
}
