package io.dualwrite.chaos;

import io.dualwrite.chaos.history.RowId;
import io.dualwrite.chaos.workload.Table;
import io.dualwrite.testing.EmbeddedPostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All rows of both sides, read by queries that share nothing with the product, while nobody writes.
 */
final class Sides {
  private static final int FETCHED = 2_000;

  private final Map<RowId, Row> source;
  private final Map<RowId, Row> target;

  private Sides(Map<RowId, Row> source, Map<RowId, Row> target) {
    this.source = source;
    this.target = target;
  }

  private record Row(long version, String hash) {}

  static Sides read(Databases databases) throws SQLException {
    return new Sides(rows(databases.source()), rows(databases.target()));
  }

  private static Map<RowId, Row> rows(EmbeddedPostgresServer server) throws SQLException {
    Map<RowId, Row> rows = new HashMap<>();
    try (Connection connection = server.dataSource(Databases.NAME).getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET LOCAL TimeZone = 'UTC'");
      statement.setFetchSize(FETCHED);
      for (Table table : Table.values()) {
        String sql =
            "SELECT " + table.keySql() + ", t.version, md5(t::text) FROM " + table.sql() + " t";
        try (ResultSet result = statement.executeQuery(sql)) {
          while (result.next()) {
            rows.put(
                new RowId(table.sql(), result.getString(1)),
                new Row(result.getLong(2), result.getString(3)));
          }
        }
      }
      connection.commit();
    }
    return rows;
  }

  /** The rows that differ, and how. */
  Map<RowId, String> differences() {
    Map<RowId, String> found = new TreeMap<>();
    TreeSet<RowId> all = new TreeSet<>(source.keySet());
    all.addAll(target.keySet());
    for (RowId id : all) {
      Row here = source.get(id);
      Row there = target.get(id);
      if (here == null && there != null) {
        found.put(id, "only in the target, version " + there.version());
      } else if (here != null && there == null) {
        found.put(id, "only in the source, version " + here.version());
      } else if (here != null && !here.equals(there) && there != null) {
        found.put(id, "source version " + here.version() + ", target version " + there.version());
      }
    }
    return found;
  }

  int rows() {
    return source.size();
  }

  Map<RowId, Long> sourceVersions() {
    return versions(source);
  }

  Map<RowId, Long> targetVersions() {
    return versions(target);
  }

  private static Map<RowId, Long> versions(Map<RowId, Row> rows) {
    return rows.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().version()));
  }

  static String describe(Map<RowId, String> differences, int most) {
    List<String> lines =
        differences.entrySet().stream()
            .limit(most)
            .map(e -> e.getKey() + ": " + e.getValue())
            .toList();
    return differences.size() + " rows differ: " + String.join("\n  ", lines);
  }
}
