package io.dualwrite;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The flag that, engaged, makes the application behave as in {@link Phase#SOURCE_ONLY}.
 *
 * <p>A kill switch says only what its source says now; it may read a file or call a server, so it
 * is not asked on the path of a write. {@link KillSwitchMonitor} polls it and keeps the answer in
 * memory. A source that cannot be read throws: it is never taken for "released".
 */
@FunctionalInterface
public interface KillSwitch {

  /**
   * Whether the switch is engaged now.
   *
   * @throws RuntimeException if that cannot be told
   */
  boolean engaged();

  /** Never engaged. */
  static KillSwitch never() {
    return SwitchSources.NEVER;
  }

  /**
   * Engaged while the file exists, whatever is in it. A directory on the way that cannot be looked
   * into makes it unreadable, not released.
   */
  static KillSwitch file(Path path) {
    return new SwitchSources.OfFile(path);
  }

  /**
   * Engaged while the system property is {@code true}, {@code on}, {@code yes}, {@code 1}, {@code
   * engaged} or empty (as {@code -Dname} leaves it); released while it is absent or {@code false},
   * {@code off}, {@code no}, {@code 0} or {@code released}. Upper and lower case are one. Any other
   * value makes it unreadable.
   */
  static KillSwitch systemProperty(String name) {
    return new SwitchSources.OfSystemProperty(name);
  }

  /**
   * As {@link #systemProperty} for a variable of this process's environment, except that an empty
   * one is released. It cannot change while the process runs.
   */
  static KillSwitch environmentVariable(String name) {
    return new SwitchSources.OfEnvironment(name, System::getenv);
  }

  /** Engaged while {@code source} says so: a feature flag, an actuator, a row in a table. */
  static KillSwitch of(BooleanSupplier source) {
    return new SwitchSources.OfSupplier(source);
  }

  /**
   * Engaged while the boolean OpenFeature flag of that key is true, by the provider of the domain
   * {@code dualwrite}, else by the default provider. Without a provider, while it is not ready, and
   * when it answers with an error, the switch is unreadable, not released. Needs {@code
   * dev.openfeature:sdk} on the class path.
   *
   * @throws IllegalStateException if it is not there
   */
  static KillSwitch openFeature(String flag) {
    return OpenFeatureSwitch.of(flag);
  }

  /**
   * Turned by hand. A {@link KillSwitchMonitor} follows it at once, without waiting for its next
   * poll.
   */
  static ManualKillSwitch manual() {
    return manual("manual switch");
  }

  /** The same, called so where it is told which source has the kill switch engaged. */
  static ManualKillSwitch manual(String name) {
    return new ManualKillSwitch(name);
  }

  /**
   * Engaged while at least one of these is. With one unreadable and none engaged it is unreadable;
   * a {@link KillSwitchMonitor} keeps the last known state of each by itself.
   */
  static KillSwitch anyOf(KillSwitch... switches) {
    return anyOf(Arrays.asList(switches));
  }

  /** As {@link #anyOf(KillSwitch...)}. */
  static KillSwitch anyOf(List<? extends KillSwitch> switches) {
    return new SwitchSources.AnyOf(List.copyOf(switches));
  }
}
