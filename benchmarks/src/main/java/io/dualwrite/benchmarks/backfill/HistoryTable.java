package io.dualwrite.benchmarks.backfill;

import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/**
 * A table of measurements in the source, and an empty one with three indexes in the target.
 *
 * @param servers both servers
 * @param rows how many rows it has
 */
record HistoryTable(Servers servers, long rows) {
  static final String DATABASE = "history";

  private static final String CREATE =
      "create table metrics (id bigint not null, device text not null, ts timestamptz not null, value double precision,"
          + " status smallint not null, amount numeric(12,2), tags jsonb, note text, primary key (id, ts))";

  private static final List<String> INDEXES =
      List.of(
          "create index metrics_ts on metrics (ts)",
          "create index metrics_device on metrics (device, ts)");

  private static final String FILL =
      """
      insert into metrics select i, 'device-' || i %% 500, timestamptz '2001-01-01Z' + i * interval '1.2 s',
        case when i %% 97 = 0 then null else i * 0.37 end, i %% 5, (i %% 100000) / 100.0,
        jsonb_build_object('site', 'site-' || i %% 37, 'rack', i %% 11, 'ok', i %% 2 = 0),
        case when i %% 3 = 0 then 'measured by hand' end
      from generate_series(1, %d) i""";

  void create() throws SQLException {
    servers.createDatabase(DATABASE, CREATE);
    on(servers.source(), INDEXES.get(0), INDEXES.get(1), String.format(Locale.ROOT, FILL, rows));
    on(servers.source(), "vacuum (analyze) metrics", "checkpoint");
  }

  /** An empty one; with its indexes or, but for the primary key, without. */
  void empty(boolean indexed) throws SQLException {
    on(servers.target(), "drop table if exists metrics", CREATE);
    if (indexed) {
      index();
    }
    on(servers.target(), "drop schema if exists dualwrite cascade", "checkpoint");
  }

  void index() throws SQLException {
    on(servers.target(), INDEXES.toArray(String[]::new));
  }

  void drop() throws SQLException {
    on(servers.target(), "drop table metrics");
  }

  void withoutPrimaryKey() throws SQLException {
    on(servers.target(), "alter table metrics drop constraint metrics_pkey");
  }

  void addPrimaryKey() throws SQLException {
    on(servers.target(), "alter table metrics add primary key (id, ts)");
  }

  long targetRows() throws SQLException {
    try (Connection connection = servers.target().dataSource(DATABASE).getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from metrics")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void on(PostgresServer server, String... statements) throws SQLException {
    try (Connection connection = server.dataSource(DATABASE).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
