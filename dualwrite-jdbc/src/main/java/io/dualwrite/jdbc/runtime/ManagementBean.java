package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.health.Health;
import io.dualwrite.jdbc.health.MigrationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration's bean in this JVM. The first of a name is {@code
 * io.dualwrite:type=Migration,name="…"}; further ones, of other class loaders or of a second data
 * source, have {@code instance="…"} behind it.
 */
final class ManagementBean implements MigrationMXBean, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementBean.class);

  private final Supplier<Health> health;
  private final EffectiveState state;
  private final Consumer<Boolean> everywhere;
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private @Nullable ObjectName registered;

  /**
   * Of a migration.
   *
   * @param everywhere sets the kill switch in the control table
   */
  ManagementBean(Supplier<Health> health, EffectiveState state, Consumer<Boolean> everywhere) {
    this.health = health;
    this.state = state;
    this.everywhere = everywhere;
  }

  /** Registers it; where that is not allowed the migration goes on without. */
  void register(String migration, String instance) {
    String name = "io.dualwrite:type=Migration,name=" + ObjectName.quote(migration);
    try {
      StandardMBean bean = new StandardMBean(this, MigrationMXBean.class, true);
      try {
        registered = server.registerMBean(bean, new ObjectName(name)).getObjectName();
      } catch (InstanceAlreadyExistsException e) {
        registered =
            server
                .registerMBean(
                    bean, new ObjectName(name + ",instance=" + ObjectName.quote(instance)))
                .getObjectName();
      }
    } catch (JMException | SecurityException e) {
      LOG.warn("migration {}: no JMX bean: {}", migration, e.toString());
    }
  }

  @Override
  public void close() {
    ObjectName name = registered;
    registered = null;
    if (name != null) {
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        LOG.debug("{} was unregistered by somebody else", name);
      } catch (JMException e) {
        LOG.warn("{} could not be unregistered: {}", name, e.toString());
      }
    }
  }

  @Override
  public String getMigration() {
    return health.get().migration();
  }

  @Override
  public String getInstance() {
    return health.get().instance();
  }

  @Override
  public String getVersion() {
    return Build.VERSION;
  }

  @Override
  public String getPhase() {
    return health.get().phase().name();
  }

  @Override
  public long getEpoch() {
    return health.get().epoch();
  }

  @Override
  public boolean isMirroring() {
    return health.get().mirroring();
  }

  @Override
  public boolean isKillSwitchEngaged() {
    return health.get().killSwitch();
  }

  @Override
  public List<String> getKillSwitchSources() {
    return health.get().killSwitchBy();
  }

  @Override
  public String getBreaker() {
    return health.get().breaker();
  }

  @Override
  public long getJournalPending() {
    return health.get().journal().pending();
  }

  @Override
  public double getJournalOldestSeconds() {
    return health.get().journal().oldest().toMillis() / 1000.0;
  }

  @Override
  public long getSetAside() {
    return health.get().journal().setAside();
  }

  @Override
  public List<String> getHeldTables() {
    return health.get().heldTables();
  }

  @Override
  public List<String> getDegraded() {
    return health.get().degraded().stream().map(Health.Degraded::toString).toList();
  }

  @Override
  public boolean isHealthy() {
    return health.get().healthy();
  }

  @Override
  public String getHealth() {
    return health.get().toString();
  }

  @Override
  public void engageKillSwitch() {
    state.engage();
  }

  @Override
  public void releaseKillSwitch() {
    state.release();
  }

  @Override
  public void engageKillSwitchEverywhere() {
    everywhere.accept(true);
  }

  @Override
  public void releaseKillSwitchEverywhere() {
    everywhere.accept(false);
  }
}
