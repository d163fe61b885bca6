package io.dualwrite.sample;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.*;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.regex.*;

public final class Draft {
  private static EndpointConfig endpoint(String text, String side) {
    Matcher m =
        Pattern.compile(side + ": \\{url: \"([^\"]*)\", username: (\\w+), password: \"([^\"]*)\"")
            .matcher(text);
    if (!m.find()) throw new IllegalStateException(text);
    return EndpointConfig.of(m.group(1), m.group(2), m.group(3));
  }

  public static MigrationConfig load(Path file) throws Exception {
    String text = Files.readString(file);
    return MigrationConfig.builder("flights-to-new-server")
        .source(endpoint(text, "source"))
        .target(endpoint(text, "target"))
        .unmirrored(UnmirroredPolicy.FAIL)
        .tables(
            new TablesConfig(
                List.of("public.*"),
                List.of(),
                Map.of(
                    "public.flights", TableOverride.builder().timeColumn("scheduled_at").build())))
        .secondary(
            new SecondaryConfig(
                Duration.ofSeconds(2), new BreakerConfig(50, 100, Duration.ofSeconds(1))))
        .reconciler(new ReconcilerConfig(Duration.ofDays(1), 2, Duration.ofMinutes(5)))
        .build();
  }

  static DualWriteDataSource open(Path file) throws Exception {
    MigrationConfig c = load(file);
    return DualWriteDataSource.builder()
        .config(c)
        .source(pool(c.source().get()))
        .target(pool(c.target().get()))
        .build();
  }

  private static HikariDataSource pool(EndpointConfig e) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(e.url());
    config.setUsername(e.username().get());
    config.setPassword(e.password().get());
    config.setMaximumPoolSize(20);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(2000);
    return new HikariDataSource(config);
  }
}
