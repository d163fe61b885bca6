package io.dualwrite.jdbc;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;

/** What holds for STRICT, where the secondary prepares nothing. */
@WithDatabases(dedicated = true, settings = "max_prepared_transactions=0")
class StrictInOnePhaseTest extends StrictTest {
  StrictInOnePhaseTest(TestDatabases dbs) {
    super(dbs);
  }
}
