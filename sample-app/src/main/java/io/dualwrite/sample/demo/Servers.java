package io.dualwrite.sample.demo;

import io.dualwrite.sample.FlightData;
import io.dualwrite.testing.EmbeddedPostgresServer;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.ServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * The old and the new PostgreSQL server, both durable: what they have committed survives SIGKILL.
 *
 * @param oldServer where the application's data are
 * @param newServer where they are to go
 */
record Servers(PostgresServer oldServer, PostgresServer newServer) implements AutoCloseable {
  private static final String DATABASE = "app";

  static Servers start() {
    CompletableFuture<PostgresServer> first = CompletableFuture.supplyAsync(Servers::startOne);
    PostgresServer second = startOne();
    return new Servers(first.join(), second);
  }

  private static PostgresServer startOne() {
    // Commit times are kept so that the lag of delivery can be read off the servers themselves.
    ServerOptions options =
        ServerOptions.forDurability().withSetting("track_commit_timestamp", "on");
    PostgresServer server = EmbeddedPostgresServer.start(options);
    server.createDatabase(DATABASE);
    return server;
  }

  Database source() {
    return new Database("the old server", oldServer.dataSource(DATABASE));
  }

  Database target() {
    return new Database("the new server", newServer.dataSource(DATABASE));
  }

  String sourceUrl() {
    return oldServer.jdbcUrl(DATABASE);
  }

  String targetUrl() {
    return newServer.jdbcUrl(DATABASE);
  }

  /** Tables on both sides, rows in the old server alone. */
  void load(int flights) throws SQLException {
    String schema = resource("schema.sql");
    source().run(schema);
    target().run(schema);
    source()
        .copyIn(
            "COPY airports FROM STDIN WITH (FORMAT csv, HEADER true)", FlightData.airportsCsv());
    source()
        .copyIn(
            "COPY flights (scheduled_at, origin, destination, distance_miles, delay_minutes) FROM STDIN WITH (FORMAT csv, HEADER true)",
            FlightData.flightsCsv(flights));
    source().run("ANALYZE");
  }

  /** A file of the application, as text. */
  static String resource(String name) {
    try (InputStream file =
        Objects.requireNonNull(FlightData.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      newServer.close();
    } finally {
      oldServer.close();
    }
  }
}
