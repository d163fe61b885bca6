package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@WithDatabases
@TestInstance(Lifecycle.PER_CLASS)
class DatabasesOfClassTest {
  private final TestDatabases dbs;

  DatabasesOfClassTest(TestDatabases dbs) throws SQLException {
    this.dbs = dbs;
    dbs.executeOnBoth("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
  }

  @RepeatedTest(2)
  void allTestsOfTheClassShareThem(TestDatabases ofTest) throws SQLException {
    assertThat(ofTest).isSameAs(dbs);
    dbs.executeOnBoth("INSERT INTO t DEFAULT VALUES");
    dbs.assertSameRows("TABLE t");
  }
}
