package io.dualwrite.jdbc.health;

import java.util.List;

/**
 * A migration in this process, as JMX shows it under {@code io.dualwrite:type=Migration,name="…"}.
 * Reading an attribute asks no database.
 */
public interface MigrationMXBean {
  /** The migration's name. */
  String getMigration();

  /** This instance's name in the registry. */
  String getInstance();

  /** The version of the library. */
  String getVersion();

  /** The phase that transactions begin in, the kill switch left aside. */
  String getPhase();

  /** The control table's epoch that transactions obey. */
  long getEpoch();

  /** Whether a transaction that begins now is mirrored. */
  boolean isMirroring();

  /** Whether any source has the kill switch engaged here. */
  boolean isKillSwitchEngaged();

  /** The sources that have. */
  List<String> getKillSwitchSources();

  /** The state of the secondary's circuit breaker. */
  String getBreaker();

  /** Journal entries that wait for delivery. */
  long getJournalPending();

  /** How long the oldest of them has waited. */
  double getJournalOldestSeconds();

  /** Entries that the secondary refused. */
  long getSetAside();

  /** Tables whose entries wait because the secondary's table is not as it should be. */
  List<String> getHeldTables();

  /** What is not as it should be, and since when. */
  List<String> getDegraded();

  /** Whether nothing is. */
  boolean isHealthy();

  /** All of it in one line. */
  String getHealth();

  /**
   * Engages the kill switch of this instance alone, without any database: when this returns, no
   * transaction that begins is mirrored and delivery is cut off. A restart releases it.
   */
  void engageKillSwitch();

  /** Takes that back. Other sources may have it engaged still. */
  void releaseKillSwitch();

  /**
   * Engages the kill switch in the control table, for every instance.
   *
   * @throws IllegalStateException if the table cannot be written
   */
  void engageKillSwitchEverywhere();

  /** Releases it there. */
  void releaseKillSwitchEverywhere();
}
