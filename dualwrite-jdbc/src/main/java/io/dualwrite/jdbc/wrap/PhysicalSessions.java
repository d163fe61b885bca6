package io.dualwrite.jdbc.wrap;

import com.google.common.collect.MapMaker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentMap;
import org.postgresql.PGConnection;

/**
 * What is known of each physical connection's names, kept while a pool hands the same connection
 * out again and again. Forgets a connection when nobody else holds it. Safe for use by many
 * threads.
 */
public final class PhysicalSessions {
  private final ConcurrentMap<Object, SessionNames> sessions = new MapMaker().weakKeys().makeMap();

  /** The names of the physical connection behind a pool's. */
  public SessionNames of(Connection raw) throws SQLException {
    Object physical = raw.isWrapperFor(PGConnection.class) ? raw.unwrap(PGConnection.class) : raw;
    return sessions.computeIfAbsent(physical, connection -> new SessionNames());
  }
}
