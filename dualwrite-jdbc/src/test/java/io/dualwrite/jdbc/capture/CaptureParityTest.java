package io.dualwrite.jdbc.capture;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs each statement bare and as rewritten, on the same rows, and compares all that can be seen.
 */
@WithDatabases
@Guarantee({"G2", "G7"})
class CaptureParityTest {

  private final ParityCases cases = new ParityCases();

  private void given(String sql, List<Object> parameters, String... journal) {
    cases.given(sql, parameters, journal);
  }

  private void given(String sql, String... journal) {
    cases.given(sql, List.of(), journal);
  }

  @Test
  void insertsAreWhatTheyAreBare(TestDatabases dbs) throws Exception {
    given("INSERT INTO orders (code, qty) VALUES (?, ?)", List.of("x", 1), "public.orders {101}");
    given(
        "INSERT INTO orders (code) VALUES ('x'), ('y'), ('z')",
        "public.orders {101}",
        "public.orders {102}",
        "public.orders {103}");
    given("INSERT INTO orders DEFAULT VALUES", "public.orders {101}");
    given(
        "insert into Orders (code) select 'n' || id from audit where id > ? order by id desc",
        List.of(3),
        "public.orders {101}",
        "public.orders {102}");
    given(
        "INSERT INTO orders (id, code) OVERRIDING SYSTEM VALUE VALUES (50, 'o')",
        "public.orders {50}");
    given("INSERT INTO public.orders AS o (id, code) VALUES (1, 'dup') ON CONFLICT DO NOTHING");
    given(
        "INSERT INTO orders AS o (id, qty) VALUES (1, 5), (2, 5), (70, 5) ON CONFLICT (id) DO UPDATE SET qty = o.qty + EXCLUDED.qty WHERE o.qty <> 2",
        "public.orders {1}",
        "public.orders {70}");
    given(
        "INSERT INTO orders (id, code, qty) VALUES (1, 'c1', 0) ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id, code = excluded.code, qty = EXCLUDED.qty",
        "public.orders {1}");
    given(
        "INSERT INTO orders (id, code) VALUES (1, 'd') ON CONFLICT ON CONSTRAINT orders_pkey DO UPDATE SET (id, qty) = (EXCLUDED.id, 3) RETURNING id",
        "public.orders {1}");
    given(
        "INSERT INTO orders (id, code, qty) VALUES (60, 'c7', 1), (61, 'new', 1), (62, 'c8', 1) ON CONFLICT (code) DO UPDATE SET id = EXCLUDED.id, qty = 0 WHERE orders.qty > 7",
        "public.orders {61}",
        "public.orders {62}",
        "public.orders {8}");
    given(
        "INSERT INTO orders (id, code, qty) VALUES (61, 'new', 1), (60, 'c7', 1), (62, 'c8', 1) ON CONFLICT (code) DO UPDATE SET id = EXCLUDED.id, qty = 0 RETURNING *",
        "public.orders {60}",
        "public.orders {61}",
        "public.orders {62}",
        "public.orders {7}",
        "public.orders {8}");
    given(
        "INSERT INTO app.\"Order Items\" VALUES (7, 1, 'é\\'), (7, 2, $$ ; it's $$) RETURNING \"lineNo\", \"Order Id\" + 1",
        "app.Order Items {7,1}",
        "app.Order Items {7,2}");
    given(
        "INSERT INTO app.stock (sku, loc, n) VALUES ('a', '2024-02-03', 1.50) RETURNING *",
        "app.stock {a}");
    given(
        "INSERT INTO parts VALUES (20, '2023-05-05', 'q'), (21, '2024-05-05', 'r') RETURNING *, tableoid::regclass",
        "public.parts {20,2023-05-05}",
        "public.parts {21,2024-05-05}");
    given(
        "INSERT INTO parts_new (id, at, v) VALUES (21, '2024-05-05', 'r') RETURNING *",
        "public.parts {21,2024-05-05}");
    given(
        "INSERT INTO ranged VALUES ('2024-01-01 07:30Z', 1), (NULL, 2) RETURNING v",
        "public.ranged [07:30]",
        "public.ranged");
    given(
        "INSERT INTO whole VALUES (7, 'x'), (8, 'y') RETURNING w AS \"W w\"",
        "public.whole",
        "public.whole");
    given(
        "/* hint */ INSERT INTO orders (code, tags) -- a (comment\n VALUES ('it''s', '{\"a\":1}'::jsonb) -- RETURNING nothing\n ; -- end",
        "public.orders {101}");
    given(
        "INSERT INTO orders (code, qty) SELECT E'q\\'' || id, length(what) FROM audit WHERE to_jsonb(audit) ?? 'what' AND id = ?",
        List.of(1),
        "public.orders {101}");
    given("INSERT INTO orders (code) VALUES ({fn concat('a', 'b')})", "public.orders {101}");
    given(
        "WITH src AS (SELECT 'w' || id AS c FROM audit LIMIT 2) INSERT INTO orders (code) SELECT c FROM src RETURNING code",
        "public.orders {101}",
        "public.orders {102}");
    given(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2) INSERT INTO orders (qty) SELECT i FROM n",
        "public.orders {101}",
        "public.orders {102}");
    given(
        "WITH dw AS (INSERT INTO audit VALUES (77, 'dw') RETURNING id) INSERT INTO orders (qty) SELECT id FROM dw",
        "public.orders {101}");
    given(
        "INSERT INTO orders (qty) WITH dwj AS (SELECT 5 AS five) SELECT five FROM dwj RETURNING qty AS dwk1",
        "public.orders {101}");
    given("INSERT INTO orders (code) VALUES ('c1')");
    given("INSERT INTO orders (nothing) VALUES ('c1')");
    given(
        "INSERT INTO orders (code) VALUES ('t') RETURNING id, id, upper(code), 'c', NULL, 1 AS returning, current_schema, orders, ctid IS NULL, qty::text",
        "public.orders {101}");
    cases.compare(dbs);
  }

  @Test
  void updatesAreWhatTheyAreBare(TestDatabases dbs) throws Exception {
    given("UPDATE orders SET qty = qty + 1 WHERE id = ?", List.of(3), "public.orders {3}");
    given(
        "UPDATE orders SET qty = 0 WHERE id > 7 RETURNING *",
        "public.orders {8}",
        "public.orders {9}");
    given(
        "UPDATE ONLY orders * AS o SET (qty, code) = (SELECT id, what FROM audit a WHERE a.id = o.id), at = DEFAULT WHERE o.id < 3",
        "public.orders {1}",
        "public.orders {2}");
    given(
        "UPDATE orders o SET qty = a.id FROM audit a WHERE a.id = o.id AND a.id IS DISTINCT FROM 2 AND o.id < 4 RETURNING o.*, a.what",
        "public.orders {1}",
        "public.orders {3}");
    given(
        "UPDATE orders SET qty = CASE WHEN qty IS NOT DISTINCT FROM 2 THEN 20 END FROM audit WHERE audit.id = orders.id AND orders.id <= 2 RETURNING *",
        "public.orders {1}",
        "public.orders {2}");
    given("UPDATE orders SET tags['b'] = '5' WHERE tags ?? 'a' AND id = 1", "public.orders {1}");
    given("UPDATE orders SET id = id WHERE id = 2", "public.orders {2}");
    given("UPDATE orders SET qty = 1 WHERE false");
    given(
        "UPDATE orders SET id = id + 1000 WHERE id >= 8",
        "public.orders {1008}",
        "public.orders {1009}",
        "public.orders {8}",
        "public.orders {9}");
    given(
        "UPDATE orders SET id = ? WHERE id = ? RETURNING *",
        List.of(900, 5),
        "public.orders {5}",
        "public.orders {900}");
    given(
        "UPDATE public.orders AS \"O\" SET qty = ?, id = ? WHERE code = ? OR code = ? RETURNING \"O\".id AS x, code y",
        List.of(1, 500, "c6", "none"),
        "public.orders {500}",
        "public.orders {6}");
    given(
        "UPDATE orders SET id = a.id + 300 FROM audit a JOIN generate_series(4, 5) g ON g = a.id WHERE a.id = orders.id RETURNING orders.id, a.id",
        "public.orders {304}",
        "public.orders {305}",
        "public.orders {4}",
        "public.orders {5}");
    given(
        "UPDATE orders SET id = id + 700, qty = 2 WHERE id IN (SELECT id FROM audit WHERE id > 3) AND qty < 100 RETURNING *, code",
        "public.orders {4}",
        "public.orders {5}",
        "public.orders {704}",
        "public.orders {705}");
    given(
        "UPDATE orders SET id = ? WHERE id IN (VALUES (?::int), (-1))",
        List.of(711, 8),
        "public.orders {711}",
        "public.orders {8}");
    given("UPDATE orders SET id = id + 1000 WHERE id > 3", range(4, 9, 1000));
    given(
        "UPDATE orders SET id = 600 -- new\n WHERE id = 7 -- old\n",
        "public.orders {600}",
        "public.orders {7}");
    given("UPDATE orders SET id = 601 -- new", "public.orders {601}");
    given(
        "UPDATE app.\"Order Items\" SET \"lineNo\" = \"lineNo\" + 10, note = 'm' WHERE \"Order Id\" = 2",
        "app.Order Items {2,11}",
        "app.Order Items {2,12}",
        "app.Order Items {2,1}",
        "app.Order Items {2,2}");
    given(
        "UPDATE app.stock SET sku = 'z' || sku, n = 9 WHERE loc < '2024-01-04'",
        "app.stock {s1}",
        "app.stock {s2}",
        "app.stock {zs1}",
        "app.stock {zs2}");
    given(
        "UPDATE parts SET at = at + 400 WHERE id = 1 RETURNING id, at",
        "public.parts {1,2023-12-30}",
        "public.parts {1,2025-02-02}");
    given(
        "UPDATE parts_new SET v = 'zz' RETURNING *",
        "public.parts {3,2024-01-01}",
        "public.parts {4,2024-01-02}",
        "public.parts {5,2024-01-03}",
        "public.parts {6,2024-01-04}");
    given(
        "UPDATE ranged SET v = 0 WHERE v > 3",
        "public.ranged [04:00]",
        "public.ranged [05:00]",
        "public.ranged");
    if (serverVersion(dbs) >= 180000) {
      given("UPDATE orders SET qty = 0 WHERE id = 5 RETURNING old.qty, new.*", "public.orders {5}");
      given(
          "UPDATE orders SET id = 900 WHERE id = 5 RETURNING old.id, new.id, *",
          "public.orders {5}",
          "public.orders {900}");
      given(
          "INSERT INTO orders (id, code) VALUES (61, 'new'), (60, 'c7') ON CONFLICT (code) DO UPDATE SET id = EXCLUDED.id RETURNING old, id",
          "public.orders {7}",
          "public.orders {60}",
          "public.orders {61}");
    }
    String[] moved =
        serverVersion(dbs) < 180000
            ? new String[] {"public.ranged"}
            : new String[] {"public.ranged [02:00]", "public.ranged [03:00]"};
    given("UPDATE ranged SET at = at + interval '1 hour' WHERE v = 2", moved);
    given("UPDATE whole SET w = 'changed' WHERE v < 3", "public.whole", "public.whole");
    given(
        "WITH a AS (SELECT max(id) m FROM audit) UPDATE orders SET id = 400 FROM a WHERE orders.id = a.m",
        "public.orders {400}",
        "public.orders {5}");
    given("UPDATE orders SET id = 1 WHERE id = 2");
    cases.compare(dbs);
  }

  @Test
  void deletesAndTruncatesAreWhatTheyAreBare(TestDatabases dbs) throws Exception {
    given("DELETE FROM orders WHERE id = ?", List.of(4), "public.orders {4}");
    given(
        "DELETE FROM ONLY (orders) AS o USING audit a, child c WHERE a.id = o.id AND o.id = 5 AND c.id = 1 RETURNING o.*, a.id",
        "public.orders {5}");
    given(
        "delete from app.\"Order Items\" where (\"Order Id\", \"lineNo\") IN ((1,1),(3,2)) returning note",
        "app.Order Items {1,1}",
        "app.Order Items {3,2}");
    given(
        "DELETE FROM parts WHERE id BETWEEN 2 AND 3",
        "public.parts {2,2023-12-31}",
        "public.parts {3,2024-01-01}");
    given("DELETE FROM ranged WHERE v IN (1, 9)", "public.ranged [01:00]", "public.ranged");
    given("DELETE FROM whole", "public.whole", "public.whole", "public.whole", "public.whole");
    given(
        "WITH d AS (DELETE FROM audit RETURNING id) DELETE FROM orders USING d WHERE d.id = orders.id AND d.id > 3 RETURNING *",
        "public.orders {4}",
        "public.orders {5}");
    given(
        "DELETE FROM parts USING app.parts WHERE app.parts.id = public.parts.id RETURNING public.parts.*, app.parts.at",
        "public.parts {2,2023-12-31}");
    given(
        "UPDATE parts SET id = 77 FROM app.parts WHERE app.parts.id = public.parts.id",
        "public.parts {2,2023-12-31}",
        "public.parts {77,2023-12-31}");
    given("DELETE FROM orders WHERE id = -1");
    given("DELETE FROM child WHERE id = 1 ;", "public.child {1}");
    given("TRUNCATE whole, ONLY app.stock RESTART IDENTITY", "public.whole", "app.stock");
    given("TRUNCATE TABLE orders CASCADE", "public.orders", "public.child");
    given("TRUNCATE orders");
    cases.compare(dbs);
  }

  @Test
  void namesFollowTheSearchPath(TestDatabases dbs) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    dbs.execute(dbs.source(), "CREATE TABLE app.orders (id int PRIMARY KEY)");
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      ParityCases.Case items =
          new ParityCases.Case(
              "UPDATE \"Order Items\" SET note = 'x' WHERE \"lineNo\" = 2 AND \"Order Id\" < 3",
              List.of(),
              List.of("app.Order Items {1,2}", "app.Order Items {2,2}"));
      ParityCases.Case orders =
          new ParityCases.Case(
              "DELETE FROM orders WHERE id = 9", List.of(), List.of("public.orders {9}"));
      ParityCases.compare(tables, connection, orders, RequestedKeys.ALL);
      statement.execute("SET LOCAL search_path = app, public");
      ParityCases.compare(tables, connection, items, RequestedKeys.ALL);
      // Another table of that name, created after the catalog was read.
      assertThat(tables.plan(connection, orders.sql(), RequestedKeys.NONE))
          .isNotInstanceOf(Captured.class);
      connection.rollback();
    }
  }

  @Test
  void theRowOfACursorIsCaptured(TestDatabases dbs) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql :
          List.of(
              "UPDATE orders SET qty = 77 WHERE CURRENT OF c",
              "DELETE FROM orders WHERE CURRENT OF c RETURNING id")) {
        Captured plan = (Captured) tables.plan(connection, sql, RequestedKeys.NONE);
        statement.execute("DECLARE c CURSOR FOR SELECT * FROM orders WHERE id = 5 FOR UPDATE");
        statement.execute("FETCH c");
        Outcome rewritten =
            Outcome.of(connection, null, plan.journaling(), RequestedKeys.NONE, List.of());
        assertThat(rewritten.journal()).containsExactly("public.orders {5}");
        connection.rollback();
      }
    }
  }

  private static int serverVersion(TestDatabases dbs) throws SQLException {
    return Integer.parseInt(
        requireNonNull(dbs.queryValue(dbs.source(), "SHOW server_version_num")));
  }

  private static String[] range(int first, int last, int offset) {
    return IntStream.rangeClosed(first, last)
        .boxed()
        .flatMap(
            i -> Stream.of("public.orders {" + i + "}", "public.orders {" + (i + offset) + "}"))
        .toArray(String[]::new);
  }
}
