package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Read-only transactions refuse writes as on the bare connection, and nothing else comes of it. */
@WithDatabases
@Guarantee("G7")
class ReadOnlyTest {
  private static final String[] WRITES = {
    "INSERT INTO item VALUES (90, 'x')",
    "INSERT INTO item VALUES (90, 'x') RETURNING id",
    "INSERT INTO item VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'",
    "UPDATE item SET name = 'x' WHERE id = 1",
    "UPDATE item SET id = 91 WHERE id = 1",
    "DELETE FROM item WHERE id = 1",
    "MERGE INTO item i USING (VALUES (1)) v(id) ON i.id = v.id WHEN MATCHED THEN UPDATE SET name = 'x'",
    "WITH w AS (INSERT INTO item VALUES (90, 'x') RETURNING id) SELECT id FROM w",
    "TRUNCATE item, part",
    "SELECT id FROM item WHERE id = 1 FOR UPDATE",
    "CREATE TABLE public.another (id int)",
  };

  private final TestDatabases dbs;
  private SessionParity parity;

  ReadOnlyTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    parity = new SessionParity(dbs);
  }

  @Test
  void readOnlyTransactionsRefuseWritesInTheSameWords() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          c.setAutoCommit(false);
          c.setReadOnly(true);
          seen.add(c.isReadOnly());
          for (String write : WRITES) {
            failing(seen, () -> s.execute(write));
            c.rollback();
            try (PreparedStatement prepared = c.prepareStatement(write)) {
              failing(seen, prepared::execute);
            }
            c.rollback();
          }
          s.addBatch(WRITES[3]);
          s.addBatch(WRITES[5]);
          failing(seen, s::executeBatch);
          c.rollback();
          c.setReadOnly(false);
          seen.add(s.executeUpdate(WRITES[0]));
          c.commit();
          for (String write : WRITES) {
            s.execute("SET TRANSACTION READ ONLY");
            failing(seen, () -> s.execute(write));
            failing(seen, () -> s.execute("SELECT 1"));
            c.rollback();
          }
        });
  }

  @Test
  void readOnlySessionsRefuseWritesUnderAutoCommit() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          s.execute("CREATE TEMP TABLE mine (id int)");
          s.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
          for (String write : WRITES) {
            failing(seen, () -> s.execute(write));
            failing(seen, () -> s.execute("BEGIN; " + write + "; COMMIT"));
            s.execute("ROLLBACK");
          }
          seen.add(s.executeUpdate("INSERT INTO mine VALUES (1)"));
          s.execute("SET default_transaction_read_only = off");
          seen.add(s.executeUpdate("UPDATE item SET n = 1 WHERE id < 3"));
          s.execute("BEGIN READ ONLY");
          failing(seen, () -> s.execute(WRITES[3]));
          s.execute("ROLLBACK");
          seen.add(s.executeUpdate("UPDATE item SET n = 2 WHERE id < 3"));
        });
  }
}
