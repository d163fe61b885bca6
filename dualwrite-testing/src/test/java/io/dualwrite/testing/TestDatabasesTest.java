package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

@WithDatabases
class TestDatabasesTest {

  private final TestDatabases dbs;

  TestDatabasesTest(TestDatabases dbs) throws Exception {
    this.dbs = dbs;
    dbs.executeOnBoth(
        "CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'a'), (2, NULL)");
  }

  @Test
  void rowsAreText() throws Exception {
    assertThat(dbs.query(dbs.source(), "SELECT * FROM t ORDER BY id"))
        .isEqualTo(List.of(List.of("1", "a"), Arrays.asList("2", null)));
  }

  @Test
  void orderDoesNotMatterToEquality() throws Exception {
    dbs.assertSameRows("SELECT * FROM t ORDER BY id", "SELECT * FROM t ORDER BY id DESC");
  }

  @Test
  void differencesAreShownPerSideWithDuplicatesCounted() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO t VALUES (1, 'a')");
    dbs.execute(dbs.target(), "UPDATE t SET v = 'b' WHERE id = 2");
    assertThatThrownBy(() -> dbs.assertSameRows("TABLE t"))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            the sides differ: TABLE t
              only in the source: 2 rows [[2, null], [1, a]]
              only in the target: 1 rows [[2, b]]""");
  }

  @Test
  void waitsUntilTheSidesAreEqual() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO t VALUES (3, 'late')");
    Thread writer =
        new Thread(
            () -> {
              try {
                dbs.execute(
                    dbs.target(), "SELECT pg_sleep(0.2)", "INSERT INTO t VALUES (3, 'late')");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    dbs.awaitSameRows("TABLE t");
    writer.join();
  }
}
