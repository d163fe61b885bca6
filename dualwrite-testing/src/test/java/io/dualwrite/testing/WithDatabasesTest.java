package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@WithDatabases
class WithDatabasesTest {

  @RepeatedTest(5)
  void everyTestHasFreshDatabases(TestDatabases dbs) throws Exception {
    dbs.executeOnBoth("CREATE TABLE t (id int PRIMARY KEY)");
    dbs.execute(dbs.source(), "INSERT INTO t VALUES (1)");

    assertThat(dbs.query(dbs.source(), "TABLE t")).isEqualTo(List.of(List.of("1")));
    assertThat(dbs.query(dbs.target(), "TABLE t")).isEmpty();
  }

  @Test
  void urlsWorkWithTheDriverManager(TestDatabases dbs) throws Exception {
    try (Connection source = DriverManager.getConnection(dbs.sourceUrl());
        Connection target = DriverManager.getConnection(dbs.targetUrl())) {
      assertThat(source.getCatalog()).isEqualTo(dbs.database());
      assertThat(target.getCatalog()).isEqualTo(dbs.database());
    }
  }

  @Test
  void sharedServersCannotBeBroken(TestDatabases dbs) {
    assertThatThrownBy(dbs.targetServer()::kill)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("dedicated = true");
  }
}
