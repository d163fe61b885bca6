package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Instances.Instance;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits for the instances to follow the control table, as their heartbeats say. */
final class Following {
  private static final long PAUSE_MILLIS = 100;

  private final MigrationConfig config;
  private final Snapshots databases;

  Following(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  Confirmation await(long epoch, Duration limit) {
    long start = System.nanoTime();
    Map<String, Confirmation.Follower> following = new LinkedHashMap<>();
    Map<String, Instance> missing = new LinkedHashMap<>();
    while (true) {
      Optional<String> problem = Optional.empty();
      try {
        for (Instance instance : instances()) {
          if (instance.stopped()) {
            missing.remove(instance.name());
          } else if (instance.follows(epoch) && instance.alive()) {
            missing.remove(instance.name());
            Duration after = Duration.ofNanos(System.nanoTime() - start);
            following.computeIfAbsent(
                instance.name(), name -> new Confirmation.Follower(instance, after));
          } else if (instance.alive() || missing.containsKey(instance.name())) {
            missing.put(instance.name(), instance);
          }
        }
      } catch (SideReadException e) {
        problem = Optional.of(e.problem());
      }
      boolean done = missing.isEmpty() && problem.isEmpty();
      if (done || System.nanoTime() - start >= limit.toNanos() || !pause()) {
        return new Confirmation(
            epoch, List.copyOf(following.values()), List.copyOf(missing.values()), problem);
      }
    }
  }

  private List<Instance> instances() {
    String schema = config.journal().schema();
    return databases.on(Side.SOURCE, c -> new Instances(schema).list(c, config.migration()));
  }

  /** False when this thread is to end. */
  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
