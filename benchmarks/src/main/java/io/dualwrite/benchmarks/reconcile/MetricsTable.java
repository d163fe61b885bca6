package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A table of measurements with the same rows on both sides: 3,000 an hour, about 155 bytes each,
 * written on the target in another order of pages.
 *
 * @param database its database on both servers
 * @param rows how many rows it has
 */
record MetricsTable(String database, long rows) {
  private static final String CREATE =
      """
      create table metrics (
        id bigint not null, device text not null, ts timestamptz not null, value double precision,
        status smallint not null, amount numeric(12,2), tags jsonb, note text,
        primary key (id, ts));
      create index on metrics (ts)""";

  private static final String FILL =
      """
      insert into metrics select i, 'device-' || i %% 500, timestamptz '2001-01-01Z' + i * interval '1.2 s',
        case when i %% 97 = 0 then null else i * 0.37 end, i %% 5, (i %% 100000) / 100.0,
        jsonb_build_object('site', 'site-' || i %% 37, 'rack', i %% 11, 'ok', i %% 2 = 0),
        case when i %% 3 = 0 then 'measured by hand' end
      from generate_series(%d, %d) i""";

  /** Differences that leave the counts of every window as they are, and a few that do not. */
  static final List<String> DAMAGE =
      List.of(
          "update metrics set value = value + 1e-9 where id in (1001, 7001)",
          "update metrics set ts = ts + interval '1 microsecond' where id = 3017",
          "update metrics set note = note || ' ' where id in (3, 9999)",
          "update metrics set tags = tags || '{\"rack\": 99}' where id = 5000",
          "update metrics set value = 0 where id = 97",
          "update metrics m set value = o.value from metrics o where (m.id, o.id) in ((2001, 2002), (2002, 2001))",
          "delete from metrics where id in (12, 4000, 10000)",
          "insert into metrics select id + 1000000000, device, ts, value, status, amount, tags, note from metrics where id in (11, 6000)");

  /** As they are found: a row with another key is one missing and one extra. */
  static final int DAMAGED_ROWS = 15;

  void create(Servers servers) throws SQLException {
    servers.createDatabase(database, CREATE);
    CompletableFuture<Void> target = CompletableFuture.runAsync(() -> fill(servers.target(), true));
    fill(servers.source(), false);
    target.join();
  }

  private void fill(PostgresServer server, boolean shuffled) {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      long step = Math.max(1, rows / 10);
      for (int part = 0; part < 10; part++) {
        // The parts in another order.
        long number = shuffled ? (part * 3L) % 10 : part;
        long last = number == 9 ? rows : (number + 1) * step;
        statement.execute(FILL.formatted(number * step + 1, last));
      }
      statement.execute("vacuum (analyze) metrics");
      statement.execute("checkpoint");
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  /** Adds rows behind the last, on both sides. */
  void grow(Servers servers, long more) throws SQLException {
    for (PostgresServer server : List.of(servers.source(), servers.target())) {
      try (Connection connection = server.dataSource(database).getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(FILL.formatted(rows + 1, rows + more));
        statement.execute("analyze metrics");
      }
    }
  }

  void damage(Servers servers) throws SQLException {
    try (Connection connection = servers.target().dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : DAMAGE) {
        statement.execute(sql);
      }
    }
  }

  String describe() {
    return String.format(java.util.Locale.ROOT, "%,d rows", rows);
  }
}
