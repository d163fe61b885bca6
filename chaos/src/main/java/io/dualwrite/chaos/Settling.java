package io.dualwrite.chaos;

import io.dualwrite.testing.EmbeddedPostgresServer;
import java.sql.SQLException;
import java.time.Duration;

/** Waits until what was written has been delivered. */
final class Settling {
  /** A deliverer that a black hole swallowed is given up after some 10 s, a breaker after 1 s. */
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private static final String OPEN_TRANSACTIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND xact_start < clock_timestamp() - interval '500 ms'";
  private static final String PREPARED = "SELECT count(*) FROM pg_prepared_xacts";
  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'";

  private final Stage stage;

  Settling(Stage stage) {
    this.stage = stage;
  }

  /** Until no transaction is open on either side and the journal is empty; how long it took. */
  Duration await(boolean gaps) {
    Duration ended =
        Patience.until("no transaction open on either side", LIMIT, this::noTransaction);
    ended =
        ended.plus(Patience.until("no prepared transaction left", LIMIT, this::nothingPrepared));
    Duration drained =
        Patience.until("the journal delivered", LIMIT, () -> pending("journal") == 0);
    if (!gaps) {
      drained =
          drained.plus(Patience.until("nothing set aside", LIMIT, () -> pending("set_aside") == 0));
    }
    return ended.plus(drained);
  }

  long sessions() throws SQLException {
    return Databases.number(stage.databases().source(), SESSIONS)
        + Databases.number(stage.databases().target(), SESSIONS);
  }

  private boolean nothingPrepared() throws SQLException {
    return Databases.number(stage.databases().target(), PREPARED) == 0;
  }

  private boolean noTransaction() throws SQLException {
    for (EmbeddedPostgresServer server :
        java.util.List.of(stage.databases().source(), stage.databases().target())) {
      if (Databases.number(server, OPEN_TRANSACTIONS) > 0) {
        return false;
      }
    }
    return true;
  }

  private long pending(String table) throws SQLException {
    return Databases.number(stage.databases().source(), "SELECT count(*) FROM dualwrite." + table);
  }
}
