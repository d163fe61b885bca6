package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.testing.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Where a variant spends its time: in the servers' statements, in threads, in rounds. */
final class Profile {
  private static final int STATEMENTS = 14;
  private static final int SHOWN = 110;
  private static final String TOP =
      """
      SELECT calls, total_exec_time * 1000, rows, regexp_replace(query, '\\s+', ' ', 'g')
      FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
      WHERE d.datname = ? ORDER BY total_exec_time DESC LIMIT ?
      """;

  private final Servers servers;
  private final Slot slot;
  private final Variant variant;
  private final Workload workload;
  private final int threads;

  Profile(Servers servers, Slot slot, Variant variant, Workload workload, int threads) {
    this.servers = servers;
    this.slot = slot;
    this.variant = variant;
    this.workload = workload;
    this.threads = threads;
  }

  String run() throws SQLException, InterruptedException {
    RoundTimes rounds = new RoundTimes();
    try (Store store = variant.open(servers, rounds)) {
      slot.warmUp(variant, store);
      reset(servers.source());
      reset(servers.target());
      rounds.reset();
      ThreadTimes before = ThreadTimes.now();
      Measurement measurement = slot.measure(variant, store, true);
      ThreadTimes spent = ThreadTimes.now().since(before);
      long transactions = Math.max(1, measurement.transactions());
      return String.format(
          "%s, %s, %d threads: %.0f tx/s, p50 %.0f us, CPU %.0f us/tx (JVM %.0f, source %.0f, target %.0f), lag p50 %s ms%n%n%s%n%s%n%s%n%s",
          variant.label(),
          workload.label(),
          threads,
          measurement.perSecond(),
          measurement.median(),
          measurement.cpu().total(),
          measurement.cpu().jvm(),
          measurement.cpu().source(),
          measurement.cpu().target(),
          SystemReport.number(1, measurement.lagMedian()),
          rounds.report(transactions),
          spent.report(transactions),
          statements("source", servers.source(), transactions),
          statements("target", servers.target(), transactions));
    }
  }

  private static void reset(PostgresServer server) throws SQLException {
    try (Connection connection = server.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
      statement.execute("SELECT pg_stat_statements_reset()");
    }
  }

  private String statements(String side, PostgresServer server, long transactions)
      throws SQLException {
    TextTable table =
        new TextTable(side, "per tx", "us each", "us per tx", "rows each", "statement");
    try (Connection connection = server.dataSource("postgres").getConnection();
        PreparedStatement top = connection.prepareStatement(TOP)) {
      top.setString(1, variant.database());
      top.setInt(2, STATEMENTS);
      try (ResultSet rows = top.executeQuery()) {
        while (rows.next()) {
          double calls = rows.getLong(1);
          double micros = rows.getDouble(2);
          table.row(
              "",
              SystemReport.number(3, calls / transactions),
              SystemReport.number(1, micros / calls),
              SystemReport.number(2, micros / transactions),
              SystemReport.number(1, rows.getLong(3) / calls),
              shortened(rows.getString(4)));
        }
      }
    }
    return table.toString();
  }

  private static String shortened(String query) {
    String text = query.length() <= SHOWN ? query : query.substring(0, SHOWN);
    return text + " ".repeat(SHOWN - text.length());
  }
}
