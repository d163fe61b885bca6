package io.dualwrite.chaos.fault;

import io.dualwrite.chaos.Databases;
import io.dualwrite.chaos.Patience;
import io.dualwrite.testing.EmbeddedPostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** What administrators do to tables while applications write. */
final class Administration {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** Rows that some conditions refuse; each leaves most of the others alone. */
  private static final String[] REFUSALS = {
    "setting ADD CONSTRAINT refused CHECK (value IS NOT NULL) NOT VALID",
    "purchase ADD CONSTRAINT refused CHECK (id % 3 <> 0) NOT VALID",
    "sample ADD CONSTRAINT refused CHECK (id % 50 <> 0) NOT VALID",
    "asset ADD CONSTRAINT refused CHECK (version % 4 <> 0) NOT VALID"
  };

  private static final String[] TABLES = {"customer", "event", "asset", "sample", "account"};

  private final Databases databases;

  Administration(Databases databases) {
    this.databases = databases;
  }

  Fault of(Plan plan) {
    String table = TABLES[plan.choice() % TABLES.length];
    EmbeddedPostgresServer source = databases.source();
    EmbeddedPostgresServer target = databases.target();
    return switch (plan.kind()) {
      case REFUSE_ROWS -> {
        String refusal = REFUSALS[plan.choice() % REFUSALS.length];
        String refusing = refusal.substring(0, refusal.indexOf(' '));
        yield Fault.of(
            plan.kind(),
            () -> alter(target, refusing + " DROP CONSTRAINT IF EXISTS refused", refusal),
            () -> alter(target, refusing + " DROP CONSTRAINT IF EXISTS refused"));
      }
      case CHANGE_SCHEMA ->
          Fault.of(
              plan.kind(),
              () -> {
                alter(target, table + " ADD COLUMN IF NOT EXISTS extra int DEFAULT 7");
                alter(source, table + " ADD COLUMN IF NOT EXISTS extra int DEFAULT 7");
              },
              () -> {
                alter(source, table + " DROP COLUMN IF EXISTS extra");
                alter(target, table + " DROP COLUMN IF EXISTS extra");
              });
      case REWRITE_JOURNAL ->
          Fault.of(
              plan.kind(),
              () -> insist(source, "VACUUM FULL dualwrite.journal"),
              () -> insist(source, "VACUUM FULL dualwrite.journal"));
      case LOCK_TARGET -> locked(plan.kind(), target, table);
      default -> throw new IllegalArgumentException(plan.toString());
    };
  }

  private static Fault locked(FaultKind kind, EmbeddedPostgresServer server, String table) {
    AtomicReference<Connection> holder = new AtomicReference<>();
    return Fault.of(
        kind,
        () -> Patience.insist("lock " + table, LIMIT, () -> holder.set(lock(server, table))),
        () -> {
          Connection connection = holder.get();
          if (connection != null) {
            connection.close();
          }
        });
  }

  private static Connection lock(EmbeddedPostgresServer server, String table) throws SQLException {
    Connection connection = server.dataSource(Databases.NAME).getConnection();
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET LOCAL lock_timeout = '500ms'");
      statement.execute("LOCK TABLE " + table);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static void alter(EmbeddedPostgresServer server, String... changes) {
    for (String change : changes) {
      insist(server, "ALTER TABLE " + change);
    }
  }

  private static void insist(EmbeddedPostgresServer server, String sql) {
    Patience.insist(sql, LIMIT, () -> Databases.patiently(server, sql));
  }
}
