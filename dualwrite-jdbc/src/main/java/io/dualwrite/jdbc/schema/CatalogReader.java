package io.dualwrite.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts a {@link Catalog} together in one snapshot. */
final class CatalogReader {
  private static final String SAVEPOINT = "dualwrite_catalog";

  private final Connection connection;
  private final String controlSchema;

  CatalogReader(Connection connection, String controlSchema) {
    this.connection = connection;
    this.controlSchema = controlSchema;
  }

  Catalog read() throws SQLException {
    if (!connection.getAutoCommit()) {
      return readWithin();
    }
    connection.setAutoCommit(false);
    try {
      execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      Catalog catalog = readWithin();
      connection.commit();
      connection.setAutoCommit(true);
      return catalog;
    } catch (SQLException | RuntimeException failure) {
      try {
        connection.rollback();
        connection.setAutoCommit(true);
      } catch (SQLException later) {
        failure.addSuppressed(later);
      }
      throw failure;
    }
  }

  /** The savepoint takes back the search path too, and a failure's end of the transaction. */
  Catalog readUncommitted() throws SQLException {
    execute("SAVEPOINT " + SAVEPOINT);
    Catalog catalog;
    try {
      catalog = readWithin();
    } catch (SQLException failure) {
      try {
        backToSavepoint();
      } catch (SQLException later) {
        failure.addSuppressed(later);
        throw failure;
      }
      throw new UnreadCatalogException(failure);
    }
    backToSavepoint();
    return catalog;
  }

  private void backToSavepoint() throws SQLException {
    execute("ROLLBACK TO SAVEPOINT " + SAVEPOINT);
    execute("RELEASE SAVEPOINT " + SAVEPOINT);
  }

  /**
   * format_type leaves out the schema of a type that the search path finds: with an empty one it
   * names them all.
   */
  private Catalog readWithin() throws SQLException {
    String searchPath = ask("SELECT pg_catalog.current_setting('search_path')");
    setSearchPath("");
    Catalog catalog = readAll();
    setSearchPath(searchPath);
    return catalog;
  }

  private Catalog readAll() throws SQLException {
    int version = Integer.parseInt(ask("SELECT pg_catalog.current_setting('server_version_num')"));
    CatalogQueries queries = new CatalogQueries(connection, controlSchema);
    Map<Long, List<Long>> parents = queries.parents();
    Map<TableName, String> hypertables = queries.hypertables();
    Map<Long, Relation> relations = queries.relations(parents);
    Map<Long, List<Column>> columns = queries.columns();
    Map<Long, List<UniqueKey>> keys = queries.uniqueKeys(columns);
    Map<Long, List<ForeignKey>> foreignKeys = queries.foreignKeys(relations);
    Map<Long, String> partitionColumns = queries.partitionColumns();
    Map<Long, List<String>> triggers = queries.triggers();
    NamingFunctions naming = queries.namingFunctions();
    Set<Long> renaming = new HashSet<>();
    for (long triggered : queries.triggeredBy(naming.oids())) {
      Relation relation = relations.get(triggered);
      renaming.add(relation == null ? triggered : relation.root());
    }
    List<Table> tables = new ArrayList<>();
    Set<Long> inheritance = new HashSet<>();
    for (Relation relation : relations.values()) {
      if (!relation.kind().isTable() || relation.root() != relation.oid()) {
        continue;
      }
      long oid = relation.oid();
      String timeColumn = hypertables.getOrDefault(relation.name(), partitionColumns.get(oid));
      tables.add(
          new Table(
              relation.name(),
              oid,
              relation.kind() == RelationKind.PARTITIONED_TABLE,
              columns.getOrDefault(oid, List.of()),
              keys.getOrDefault(oid, List.of()),
              foreignKeys.getOrDefault(oid, List.of()),
              Optional.ofNullable(timeColumn),
              relation.redirected(),
              triggers.getOrDefault(oid, List.of()),
              renaming.contains(oid)));
      for (long parent : parents.getOrDefault(oid, List.of())) {
        inheritance.add(oid);
        inheritance.add(parent);
      }
    }
    return new Catalog(
        version,
        CatalogFingerprint.of(connection, controlSchema),
        tables,
        relations.values(),
        inheritance,
        queries.writingFunctions(),
        queries.writingAttributes(columns),
        naming.names(),
        queries.sequences());
  }

  private void setSearchPath(String path) throws SQLException {
    try (PreparedStatement set =
        connection.prepareStatement("SELECT pg_catalog.set_config('search_path', ?, true)")) {
      set.setString(1, path);
      set.executeQuery().close();
    }
  }

  private String ask(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
