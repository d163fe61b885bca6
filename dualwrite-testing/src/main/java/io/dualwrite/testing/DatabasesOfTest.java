package io.dualwrite.testing;

import java.sql.SQLException;

/**
 * The databases of one test together with the servers that they have to be removed from. Closed by
 * the extension's store where a test does not get as far as its end.
 */
record DatabasesOfTest(TestDatabases databases, ServerPair pair, boolean dedicated)
    implements AutoCloseable {

  static DatabasesOfTest create(ServerPair pair, boolean dedicated) {
    String name = "test_" + pair.tests().incrementAndGet();
    pair.createDatabases(name);
    TestDatabases databases =
        dedicated
            ? new TestDatabases(pair.source(), pair.target(), name)
            : new TestDatabases(
                new UnbreakableServer(pair.source()), new UnbreakableServer(pair.target()), name);
    return new DatabasesOfTest(databases, pair, dedicated);
  }

  @Override
  public void close() throws SQLException {
    databases.leaks().abortAll();
    if (dedicated) {
      pair.mend();
    }
    pair.dropDatabases(databases.database());
  }
}
