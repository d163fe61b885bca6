package io.dualwrite.reconciler.window;

import io.dualwrite.jdbc.schema.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the planner asks of one side's catalog.
 *
 * @param rows the planner's estimate of the table's rows, partitions and children included
 * @param relations how many tables it consists of: one, or as many as it has partitions
 * @param indexed columns by which an index is ordered first
 */
public record TableFacts(long rows, int relations, Set<String> indexed) {

  private static final Pattern ESTIMATE = Pattern.compile(" rows=(\\d+) ");

  private static final String ROWS =
      """
      with recursive parts(oid) as (
        select ?::oid union all select i.inhrelid from pg_catalog.pg_inherits i join parts p on i.inhparent = p.oid)
      select coalesce(sum(case
          when c.relkind not in ('r', 'f') then 0
          when c.reltuples > 0 and c.relpages > 0
            then c.reltuples / c.relpages * (pg_catalog.pg_relation_size(c.oid) / 8192)
          else pg_catalog.pg_relation_size(c.oid) / 64 end), 0)::int8, count(*)::int4
        from parts join pg_catalog.pg_class c on c.oid = parts.oid""";

  private static final String INDEXED =
      """
      select a.attname from pg_catalog.pg_index i
        join pg_catalog.pg_class c on c.oid = i.indexrelid
        join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indrelid = ? and i.indisvalid and i.indpred is null""";

  /** Asks within the running transaction. */
  public static TableFacts read(Connection connection, Table table) throws SQLException {
    long rows;
    int relations;
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      statement.setLong(1, table.oid());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        rows = result.getLong(1);
        relations = result.getInt(2);
      }
    }
    Set<String> indexed = new TreeSet<>();
    try (PreparedStatement statement = connection.prepareStatement(INDEXED)) {
      statement.setLong(1, table.oid());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          indexed.add(result.getString(1));
        }
      }
    }
    return new TableFacts(rows, relations, indexed);
  }

  /** The same with the planner's estimate of the rows that fulfil {@code condition}. */
  TableFacts within(Connection connection, Table table, String condition) throws SQLException {
    String sql = "explain select 1 from " + table.name().sql() + " where " + condition;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      Matcher estimate = ESTIMATE.matcher(result.getString(1));
      return estimate.find()
          ? new TableFacts(Math.min(rows, Long.parseLong(estimate.group(1))), relations, indexed)
          : this;
    }
  }
}
