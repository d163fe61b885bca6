package io.dualwrite.jdbc.delivery;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;

/** The same where the secondary prepares nothing. */
@WithDatabases(dedicated = true, settings = "max_prepared_transactions=0")
class StrictRaceInOnePhaseTest extends StrictRaceTest {
  StrictRaceInOnePhaseTest(TestDatabases dbs) {
    super(dbs);
  }
}
