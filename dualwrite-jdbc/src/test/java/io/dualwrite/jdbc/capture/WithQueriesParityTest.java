package io.dualwrite.jdbc.capture;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code WITH} queries that write, within reads and writes. */
@WithDatabases
@Guarantee({"G2", "G7"})
class WithQueriesParityTest {
  private final ParityCases cases = new ParityCases();

  @Test
  void withinReads(TestDatabases dbs) throws Exception {
    cases.given(
        "WITH a AS (INSERT INTO orders (code, qty) VALUES (?, ?) RETURNING id, code) SELECT * FROM a",
        List.of("x", 1),
        "public.orders {101}");
    cases.given(
        "WITH a AS (INSERT INTO orders (code) VALUES ('n1'), ('n2') RETURNING *), b AS MATERIALIZED (UPDATE app.\"Order Items\" SET note = ? WHERE \"Order Id\" = ? RETURNING note, \"lineNo\" + 1), c (x, \"Y\") AS (DELETE FROM child WHERE id = 1 RETURNING id, order_id, 'c') SELECT a.code, b.*, c.*, a FROM a, b, c ORDER BY 1, 3",
        List.of("noted", 2),
        "public.orders {101}",
        "public.orders {102}",
        "app.Order Items {2,1}",
        "app.Order Items {2,2}",
        "public.child {1}");
    cases.given(
        "WITH gone AS (DELETE FROM orders WHERE id > 8), kept AS (SELECT count(*) n FROM orders) SELECT n FROM kept",
        "public.orders {9}");
    cases.given("WITH gone AS (DELETE FROM orders WHERE id > 8) SELECT * FROM gone");
    cases.given(
        "(WITH gone AS (DELETE FROM orders WHERE id > 7 RETURNING *) SELECT id, code FROM gone) ORDER BY 1 DESC LIMIT 1",
        "public.orders {8}",
        "public.orders {9}");
    cases.given("WITH gone (x) AS (DELETE FROM orders WHERE id > 8) SELECT 1");
    cases.given(
        "/* first */ WITH orders AS (UPDATE orders SET qty = 0 WHERE id = 2 -- all of it\n RETURNING id, id, qty AS q -- end\n) SELECT q, orders FROM orders",
        "public.orders {2}");
    cases.given(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3), a AS (UPDATE orders SET qty = 7 FROM n WHERE n.i = orders.id RETURNING *) SELECT count(*), sum(qty) FROM a",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {3}");
    cases.given(
        "WITH a AS (WITH s AS (SELECT 8 AS k) DELETE FROM orders USING s WHERE id = k RETURNING *) TABLE a",
        "public.orders {8}");
    cases.given(
        "WITH a AS (INSERT INTO ranged VALUES ('2024-01-01 07:30Z', 1), (NULL, 2) RETURNING v), b AS (DELETE FROM whole WHERE v = 1 RETURNING w) SELECT a.*, b.* FROM a, b",
        "public.ranged [07:30]",
        "public.ranged",
        "public.whole");
    cases.given(
        "WITH a AS (INSERT INTO audit VALUES (9, 'other') RETURNING id), b AS (DELETE FROM orders USING a WHERE orders.id = a.id RETURNING code) SELECT code, a.id FROM b, a",
        "public.orders {9}");
    cases.given("WITH a AS (INSERT INTO orders (code) VALUES ('c1') RETURNING id) SELECT * FROM a");
    cases.given("WITH a AS (INSERT INTO orders (code) VALUES ('z')) SELECT * FROM nowhere");
    cases.compare(dbs);
  }

  @Test
  void withinWrites(TestDatabases dbs) throws Exception {
    cases.given(
        "WITH moved AS (DELETE FROM orders WHERE id IN (?, ?) RETURNING *) INSERT INTO audit SELECT id, code FROM moved",
        List.of(8, 9),
        "public.orders {8}",
        "public.orders {9}");
    cases.given(
        "WITH o AS (INSERT INTO orders (code) VALUES ('p') RETURNING id) INSERT INTO app.\"Order Items\" SELECT id, i, ? FROM o, generate_series(1, 2) i RETURNING \"Order Id\", note",
        List.of("line"),
        "public.orders {101}",
        "app.Order Items {101,1}",
        "app.Order Items {101,2}");
    cases.given(
        "WITH o AS (UPDATE orders SET qty = qty + 1 WHERE id < 3 RETURNING id), d AS (DELETE FROM child WHERE id = 3) UPDATE orders SET qty = 50 FROM o WHERE orders.id = o.id + 5 RETURNING orders.id, o.id AS other",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {6}",
        "public.orders {7}",
        "public.child {3}");
    cases.given(
        "WITH o AS (DELETE FROM orders WHERE false RETURNING id) DELETE FROM app.stock USING o WHERE n = o.id");
    cases.given(
        "WITH a AS (INSERT INTO orders (id, code) VALUES (1, 'q') ON CONFLICT DO NOTHING RETURNING id) INSERT INTO orders (code) SELECT 'r' || coalesce((SELECT id FROM a), 0)",
        "public.orders {101}");
    cases.compare(dbs);
  }

  @Test
  void keysThatChangeAreToldApart(TestDatabases dbs) throws Exception {
    cases.given(
        "WITH a AS (UPDATE orders SET id = id + 1000 WHERE id > 7 RETURNING id), b AS (UPDATE orders SET id = id + 2000 WHERE id < 3 RETURNING id) SELECT * FROM a, b ORDER BY 1, 2",
        "public.orders {8}",
        "public.orders {9}",
        "public.orders {1008}",
        "public.orders {1009}",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {2001}",
        "public.orders {2002}");
    // The second is run in the middle of the first.
    cases.given(
        "WITH b AS (UPDATE orders SET id = id + 2000 WHERE id < 3 RETURNING id), a AS (UPDATE orders SET id = id + (SELECT count(*) FROM b) * 500 WHERE id > 7 RETURNING id) SELECT * FROM a ORDER BY 1",
        "public.orders {8}",
        "public.orders {9}",
        "public.orders {1008}",
        "public.orders {1009}",
        "public.orders {1}",
        "public.orders {2}",
        "public.orders {2001}",
        "public.orders {2002}");
    cases.given(
        "WITH orders AS (SELECT 4 AS four) UPDATE orders SET id = 444 FROM audit WHERE audit.id = orders.id AND audit.id = 4",
        "public.orders {4}",
        "public.orders {444}");
    cases.compare(dbs);
  }
}
