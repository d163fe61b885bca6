package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Tests that must fail; {@link DatabasesExtensionTest} runs them. */
@WithDatabases
class FailingCases {

  @Test
  void leaks(TestDatabases dbs) throws SQLException {
    assertThat(dbs.source().getConnection()).isNotNull();
  }

  @Test
  void failsAndLeaks(TestDatabases dbs) throws SQLException {
    assertThat(dbs.source().getConnection()).isNotNull();
    throw new AssertionError("its own failure");
  }

  @Test
  @WithDatabases(settings = "work_mem=1MB")
  void setsSharedServers(TestDatabases dbs) {
    assertThat(dbs).isNotNull();
  }
}
