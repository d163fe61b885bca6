package io.dualwrite.jdbc.runtime;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.resolve.EffectivePath;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.shadow.BothSides;
import io.dualwrite.jdbc.shadow.ShadowRead;
import io.dualwrite.jdbc.shadow.ShadowReads;
import io.dualwrite.jdbc.wrap.BoundParameters;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a read from the application's connection, with what of its session changes the answer. */
final class RepeatedReads {
  private static final Logger LOG = LoggerFactory.getLogger(RepeatedReads.class);

  private RepeatedReads() {}

  /**
   * Has a read repeated. Role and search path are asked for where they are not known, once per
   * connection; the other settings the driver knows.
   */
  static void repeat(
      ShadowReads reads,
      Connection raw,
      SessionNames session,
      String sql,
      BoundParameters parameters) {
    try {
      if (raw.isWrapperFor(PGConnection.class)) {
        PGConnection driver = raw.unwrap(PGConnection.class);
        reads.repeat(
            new ShadowRead(
                sql,
                parameters::set,
                new ShadowRead.Session(
                    EffectivePath.of(raw, session),
                    driver.getParameterStatus("TimeZone"),
                    driver.getParameterStatus("DateStyle"),
                    driver.getParameterStatus("IntervalStyle"))));
      }
    } catch (SQLException e) {
      LOG.debug("a read is not repeated: {}", Failures.describe(e));
    }
  }

  /** Both databases as repeated reads use them. */
  static BothSides sides(
      CopyContext context, MigrationConfig config, DataSource source, DataSource target)
      throws SQLException {
    boolean ofSource = context.primary() == Side.SOURCE;
    return new BothSides(
        config.migration(),
        Identifiers.quote(config.journal().schema()) + ".journal",
        context.primary(),
        SpareConnections.of(ofSource ? source : target),
        SpareConnections.of(ofSource ? target : source),
        context.statementTimeout());
  }
}
