package io.dualwrite.jdbc.capture;

import static java.util.Objects.requireNonNull;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** {@code MERGE}, on whichever server has it. */
@WithDatabases
@Guarantee({"G2", "G7"})
class MergeParityTest {
  private static final String SYNC =
      "MERGE INTO orders o USING (VALUES (1, 'm1'), (2, 'm2'), (70, 'm70')) s(id, code) ON o.id = s.id"
          + " WHEN MATCHED AND o.id = 2 THEN DELETE"
          + " WHEN MATCHED THEN UPDATE SET code = s.code, qty = CASE WHEN o.qty > 0 THEN 0 ELSE 1 END"
          + " WHEN NOT MATCHED THEN INSERT (id, code) VALUES (s.id, s.code)";

  private final ParityCases cases = new ParityCases();

  @Test
  void mergesAreWhatTheyAreBare(TestDatabases dbs) throws Exception {
    boolean returns = version(dbs) >= 170000;
    given(returns, SYNC, List.of(), "public.orders {1}", "public.orders {2}", "public.orders {70}");
    given(
        returns,
        "MERGE INTO public.orders AS \"O\" USING audit matched ON \"O\".id = matched.id AND matched.id > ?"
            + " WHEN MATCHED AND CASE WHEN matched.id = 5 THEN true ELSE false END THEN UPDATE SET id = \"O\".id + ?"
            + " WHEN MATCHED THEN DO NOTHING",
        List.of(3, 100),
        "public.orders {5}",
        "public.orders {105}");
    given(
        returns,
        "WITH s AS (SELECT 8 AS k) MERGE INTO ONLY orders USING s ON id = k WHEN MATCHED THEN UPDATE SET (id, qty) = (900, ?)",
        List.of(3),
        "public.orders {8}",
        "public.orders {900}");
    given(
        returns,
        "MERGE INTO parts USING audit ON parts.id = audit.id WHEN MATCHED AND audit.id = 2 THEN UPDATE SET at = at + 400 WHEN MATCHED AND audit.id = 1 THEN DELETE",
        List.of(),
        "public.parts {1,2023-12-30}",
        "public.parts {2,2023-12-31}",
        "public.parts {2,2025-02-03}");
    if (returns) {
      withReturning();
    } else {
      cases.given(
          "MERGE INTO whole USING audit ON v = id WHEN MATCHED THEN DELETE", "public.whole");
      cases.given("MERGE INTO orders USING nowhere ON true WHEN MATCHED THEN DELETE");
    }
    cases.compare(dbs);
  }

  private static int version(TestDatabases dbs) throws SQLException {
    int version =
        Integer.parseInt(requireNonNull(dbs.queryValue(dbs.source(), "SHOW server_version_num")));
    Assumptions.assumeTrue(version >= 150000, "this server has no MERGE");
    return version;
  }

  private void given(boolean returns, String sql, List<Object> parameters, String... journal) {
    String whole = sql.contains("parts") ? "public.parts" : "public.orders";
    cases.given(sql, parameters, returns ? journal : new String[] {whole});
  }

  @Test
  void keysThatTheDriverDoesNotAskForAreNotAdded(TestDatabases dbs) throws Exception {
    version(dbs);
    // It takes the first keyword that it knows for the kind of the statement.
    cases.givenWithKeys(
        "MERGE INTO orders o USING (SELECT 9 AS k) s ON o.id = s.k WHEN MATCHED THEN UPDATE SET qty = 0",
        "public.orders");
    cases.compare(dbs);
  }

  private void withReturning() {
    cases.given(
        SYNC + " RETURNING merge_action(), o.*, s.code AS given",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {70}");
    cases.given(
        SYNC + " RETURNING *", "public.orders {1}", "public.orders {2}", "public.orders {70}");
    cases.given(
        "WITH m AS ("
            + SYNC
            + " RETURNING merge_action(), o.id, o.qty) SELECT * FROM m ORDER BY id",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {70}");
    cases.given(
        "WITH m AS (MERGE INTO whole USING audit ON v = id WHEN MATCHED THEN UPDATE SET w = what WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (id, what)) INSERT INTO orders (code) VALUES ('after')",
        "public.whole",
        "public.whole",
        "public.whole",
        "public.whole",
        "public.whole",
        "public.orders {101}");
    cases.given(
        "MERGE INTO orders o USING (VALUES (9)) s(k) ON o.id = s.k WHEN NOT MATCHED BY SOURCE AND o.id = 1 THEN UPDATE SET id = 111 WHEN MATCHED THEN UPDATE SET qty = 0",
        "public.orders {1}",
        "public.orders {111}",
        "public.orders {9}");
    cases.given("MERGE INTO orders USING audit ON true WHEN MATCHED THEN UPDATE SET nothing = 1");
  }
}
