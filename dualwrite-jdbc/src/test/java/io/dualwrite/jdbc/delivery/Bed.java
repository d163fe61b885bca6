package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Two databases with the same tables and a control schema, and what it takes to deliver between
 * them.
 */
public final class Bed {
  public final TestDatabases dbs;
  public final MigrationConfig config;
  public final Journal journal = new Journal("dualwrite");

  public Bed(TestDatabases dbs, String... ddl) throws SQLException {
    this(dbs, MigrationConfig.builder("test").build());
    dbs.executeOnBoth(ddl);
  }

  public Bed(TestDatabases dbs, MigrationConfig config) throws SQLException {
    this.dbs = dbs;
    this.config = config;
    try (Connection source = dbs.source().getConnection();
        Connection target = dbs.target().getConnection()) {
      ControlSchema.create(source, "dualwrite", "source");
      ControlSchema.create(target, "dualwrite", "target");
    }
  }

  public Mirror mirror() throws SQLException {
    try (Connection source = dbs.source().getConnection();
        Connection target = dbs.target().getConnection()) {
      return Mirror.of(
          Catalog.read(source, "dualwrite"), Catalog.read(target, "dualwrite"), config);
    }
  }

  public CopyContext context() {
    return CopyContext.of(config, Side.SOURCE, dbs.source(), dbs.target(), Duration.ofSeconds(5));
  }

  public Lane lane(String table) throws SQLException {
    return mirror().lanes().stream()
        .filter(l -> l.tables().stream().anyMatch(t -> t.name().toString().equals(table)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no lane has " + table));
  }

  public LaneDelivery delivery(String table) throws SQLException {
    return delivery(table, DeliveryProbe.NONE);
  }

  public LaneDelivery delivery(String table, DeliveryProbe probe) throws SQLException {
    return delivery(table, probe, context());
  }

  public LaneDelivery delivery(String table, DeliveryProbe probe, CopyContext context)
      throws SQLException {
    return delivery(table, probe, context, DeliverySettings.DEFAULT, () -> true);
  }

  public LaneDelivery delivery(
      String table,
      DeliveryProbe probe,
      CopyContext context,
      DeliverySettings settings,
      BooleanSupplier running)
      throws SQLException {
    return new LaneDelivery(
        lane(table), context, settings, DualWriteMetrics.none(), probe, running, 1000);
  }

  /** Runs rounds until the lane is drained. */
  public void drain(LaneDelivery lane) throws SQLException {
    for (int i = 0; i < 100; i++) {
      if (lane.round(true).kind() == RoundResult.Kind.DRAINED) {
        return;
      }
    }
    throw new AssertionError("not drained after 100 rounds");
  }

  /** Changes the source and names the row in the journal, in one transaction. */
  public void change(String sql, String table, String... key) throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      try (PreparedStatement statement = source.prepareStatement(sql)) {
        statement.execute();
      }
      enter(source, table, key);
      source.commit();
    }
  }

  /** Runs a statement on a connection. */
  public static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Names a row in the journal, by the table's present key. */
  public void enter(Connection source, String table, String... key) throws SQLException {
    enter(source, table, keyId(table), key);
  }

  /** Names a row in the journal by the key of that id. */
  public void enter(Connection source, String table, int keyId, String... key) throws SQLException {
    try (PreparedStatement entry =
        source.prepareStatement(
            "INSERT INTO dualwrite.journal (table_name, key_id, key) VALUES (?, ?, ?)")) {
      entry.setString(1, table);
      entry.setInt(2, keyId);
      entry.setArray(3, key.length == 0 ? null : source.createArrayOf("text", key));
      entry.executeUpdate();
    }
  }

  /** The id of the table's present key. */
  public int keyId(String table) throws SQLException {
    return mirror().table(table).map(TablePair::keyId).orElse(0);
  }

  public long pending() throws SQLException {
    return Long.parseLong(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"));
  }

  public long setAside() throws SQLException {
    return Long.parseLong(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.set_aside"));
  }
}
