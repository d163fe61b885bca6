package io.dualwrite.jdbc;

import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.KillSwitchConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;

/** An application that writes without end, with a kill switch in a file and the control table. */
final class SwitchedApp {
  private static final long PAUSE_NANOS = 3_000_000;

  private SwitchedApp() {}

  public static void main(String[] args) throws Exception {
    PGSimpleDataSource source = dataSource(args[0]);
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(1)))
                    .killSwitch(
                        new KillSwitchConfig(
                            Optional.of(Path.of(args[2])), KillSwitchConfig.DEFAULT.pollInterval()))
                    .build())
            .source(source)
            .target(dataSource(args[1]))
            .build();
    while (ds.migration().delivery().lane("public.item").isEmpty()) {
      Thread.onSpinWait();
    }
    System.out.println("ready");
    try (Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      while (true) {
        statement.executeUpdate("INSERT INTO item (at) VALUES (clock_timestamp())");
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static PGSimpleDataSource dataSource(String url) {
    PGSimpleDataSource ds = new PGSimpleDataSource();
    ds.setUrl(url);
    return ds;
  }
}
