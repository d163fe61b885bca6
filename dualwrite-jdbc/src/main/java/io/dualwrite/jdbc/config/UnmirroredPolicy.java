package io.dualwrite.jdbc.config;

/**
 * What happens to a statement that writes to a mirrored table but cannot be mirrored. It is counted
 * in any case.
 */
public enum UnmirroredPolicy {
  /** Refused before it runs. */
  FAIL,
  /** Runs on the primary alone; logged. */
  WARN,
  /** Runs on the primary alone; counted only. */
  IGNORE
}
