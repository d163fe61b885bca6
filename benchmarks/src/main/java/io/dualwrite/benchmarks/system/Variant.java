package io.dualwrite.benchmarks.system;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.trigger.TriggerInstallation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The ways to write that are compared; each has databases of its own. */
enum Variant {
  SOURCE_ALONE("source alone", Arrival.NEVER) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) {
      HikariDataSource pool = Servers.pool(servers.source(), database());
      return new OneDataSource(pool, pool::close);
    }
  },
  HAND_WRITTEN("hand-written dual write", Arrival.BEFORE_THE_ANSWER) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) {
      return new HandWritten(
          Servers.pool(servers.source(), database()), Servers.pool(servers.target(), database()));
    }
  },
  RECOVER_ASYNC("RECOVER, ASYNC", Arrival.THROUGH_THE_JOURNAL) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      return ours(servers, FailurePolicy.RECOVER, Delivery.ASYNC, KillSwitch.never(), probe);
    }
  },
  RECOVER_LANES("RECOVER, four lanes", Arrival.THROUGH_THE_JOURNAL) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      return ours(servers, config().deliveryLanes(4).build(), KillSwitch.never(), probe);
    }
  },
  RECOVER_TRIGGER("RECOVER, by triggers", Arrival.THROUGH_THE_JOURNAL) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      MigrationConfig config = config().capture(CaptureMode.TRIGGER).build();
      installTriggers(servers, config);
      return ours(servers, config, KillSwitch.never(), probe);
    }
  },
  RECOVER_SYNC("RECOVER, SYNC", Arrival.THROUGH_THE_JOURNAL) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      return ours(servers, FailurePolicy.RECOVER, Delivery.SYNC, KillSwitch.never(), probe);
    }
  },
  STRICT("STRICT", Arrival.THROUGH_THE_JOURNAL) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      return ours(servers, FailurePolicy.STRICT, Delivery.ASYNC, KillSwitch.never(), probe);
    }
  },
  BEST_EFFORT("BEST_EFFORT", Arrival.THROUGH_MEMORY) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      return ours(servers, FailurePolicy.BEST_EFFORT, Delivery.ASYNC, KillSwitch.never(), probe);
    }
  },
  PASS_THROUGH("kill switch engaged", Arrival.NEVER) {
    @Override
    Store open(Servers servers, DeliveryProbe probe) throws SQLException {
      ManualKillSwitch engaged = KillSwitch.manual();
      engaged.engage();
      return ours(servers, FailurePolicy.RECOVER, Delivery.ASYNC, engaged, probe);
    }
  };

  /** How rows come to the target. */
  enum Arrival {
    NEVER,
    BEFORE_THE_ANSWER,
    THROUGH_THE_JOURNAL,
    THROUGH_MEMORY
  }

  private static final long START_NANOS = 20_000_000_000L;
  private static final long POLL_NANOS = 5_000_000;

  private final String label;
  private final Arrival arrival;

  Variant(String label, Arrival arrival) {
    this.label = label;
    this.arrival = arrival;
  }

  /** Whether it is compared under loads of many rows. */
  boolean suits(Workload workload) {
    return !workload.bulk()
        || this == SOURCE_ALONE
        || this == HAND_WRITTEN
        || this == RECOVER_ASYNC
        || this == RECOVER_LANES
        || this == RECOVER_TRIGGER;
  }

  String label() {
    return label;
  }

  Arrival arrival() {
    return arrival;
  }

  /** The name of its database on both servers. */
  String database() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Opens it with pools of its own. */
  abstract Store open(Servers servers, DeliveryProbe probe) throws SQLException;

  Store ours(
      Servers servers,
      FailurePolicy policy,
      Delivery delivery,
      KillSwitch killSwitch,
      DeliveryProbe probe)
      throws SQLException {
    return ours(
        servers, config().failurePolicy(policy).delivery(delivery).build(), killSwitch, probe);
  }

  static MigrationConfig.Builder config() {
    return MigrationConfig.builder("benchmark")
        .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of()));
  }

  void installTriggers(Servers servers, MigrationConfig config) throws SQLException {
    try (HikariDataSource pool = Servers.pool(servers.source(), database());
        Connection source = pool.getConnection()) {
      String schema = config.journal().schema();
      ControlSchema.create(source, schema, "source");
      new Control(schema).register(source, config.migration(), config.phase());
      new TriggerInstallation(source, config).install();
    }
  }

  Store ours(Servers servers, MigrationConfig config, KillSwitch killSwitch, DeliveryProbe probe)
      throws SQLException {
    HikariDataSource source = Servers.pool(servers.source(), database());
    HikariDataSource target = Servers.pool(servers.target(), database());
    DualWriteDataSource dataSource =
        DualWriteDataSource.builder()
            .source(source)
            .target(target)
            .config(config)
            .killSwitch(killSwitch)
            .probe(probe)
            .build();
    if (arrival != Arrival.NEVER) {
      awaitTarget(dataSource);
    }
    return new OneDataSource(
        dataSource,
        () -> {
          try (source;
              target) {
            dataSource.close();
          }
        });
  }

  /** An application starts without waiting; a measurement begins when delivery knows its tables. */
  private static void awaitTarget(DualWriteDataSource dataSource) {
    long began = System.nanoTime();
    while (dataSource.migration().delivery().lane("public.readings").isEmpty()
        && System.nanoTime() - began < START_NANOS) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
