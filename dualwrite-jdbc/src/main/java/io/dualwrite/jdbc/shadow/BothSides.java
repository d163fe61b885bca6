package io.dualwrite.jdbc.shadow;

import io.dualwrite.Side;
import io.dualwrite.jdbc.shadow.ReadTransaction.Isolation;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The two databases as shadow reads use them.
 *
 * @param migration its name, part of the locks'
 * @param journal the journal table on the primary, quoted
 * @param primary which side the primary is
 * @param primaryDatabase connections to it that the application can spare
 * @param secondaryDatabase connections to the other
 * @param limit of one query on one side
 */
public record BothSides(
    String migration,
    String journal,
    Side primary,
    DataSource primaryDatabase,
    DataSource secondaryDatabase,
    Duration limit) {

  ReadTransaction beginOnPrimary(ShadowRead read) throws SQLException {
    return ReadTransaction.begin(primaryDatabase, read.session(), Isolation.SNAPSHOT, limit);
  }

  ReadTransaction beginOnSecondary(ShadowRead read) throws SQLException {
    return ReadTransaction.begin(
        secondaryDatabase, read.session(), Isolation.READ_COMMITTED, limit);
  }
}
