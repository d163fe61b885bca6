package io.dualwrite.jdbc.runtime;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.BothConnections;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.Refused;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes, read from both catalogs once the secondary can be reached, and again when either
 * schema changes.
 */
final class Mirrors implements DeliveryEngine.LaneSource {
  private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final CopyContext context;
  private final MigrationConfig config;
  private final FirstContact firstContact;
  private final Clock clock;
  private final Set<Refused> told;

  private List<Lane> lanes = List.of();
  private String fingerprint = "";
  private boolean met;
  private Instant lookedAt = Instant.MIN;

  /** What is to be done when the secondary is reached for the first time. */
  @FunctionalInterface
  interface FirstContact {
    /** Whether all of it is done; otherwise it is tried again with the next look. */
    boolean met(Connection source, Connection target) throws SQLException;
  }

  Mirrors(
      CopyContext context,
      MigrationConfig config,
      FirstContact firstContact,
      Collection<Refused> told,
      Clock clock) {
    this.context = context;
    this.config = config;
    this.firstContact = firstContact;
    this.told = new HashSet<>(told);
    this.clock = clock;
  }

  @Override
  public synchronized void changed() {
    lookedAt = Instant.MIN;
  }

  @Override
  public synchronized List<Lane> lanes() throws SQLException {
    Instant now = clock.instant();
    if (!lookedAt.equals(Instant.MIN)
        && Duration.between(lookedAt, now).compareTo(LOOK_AGAIN) < 0) {
      return lanes;
    }
    try (BothConnections both = BothConnections.open(context)) {
      Connection ofSource = both.on(Side.SOURCE);
      Connection ofTarget = both.on(Side.TARGET);
      String schema = config.journal().schema();
      String current =
          Catalog.fingerprint(ofSource, schema) + "\n" + Catalog.fingerprint(ofTarget, schema);
      if (!met) {
        met = firstContact.met(ofSource, ofTarget);
      }
      if (!current.equals(fingerprint)) {
        Mirror mirror =
            Mirror.of(Catalog.read(ofSource, schema), Catalog.read(ofTarget, schema), config);
        mirror.refused().stream()
            .filter(told::add)
            .forEach(r -> LOG.error("not mirrored: {}", r.explanation()));
        mirror.warnings().forEach(w -> LOG.warn("{}", w));
        lanes = mirror.lanes();
        fingerprint = current;
      }
    }
    lookedAt = now;
    return lanes;
  }
}
