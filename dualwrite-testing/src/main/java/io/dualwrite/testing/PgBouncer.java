package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * PgBouncer in transaction mode in front of a server, where it is installed: on the {@code PATH},
 * or where {@code -Dtest.pgbouncer=} says. All methods may be called from any thread.
 */
public final class PgBouncer implements AutoCloseable {
  private static final String PROPERTY = "test.pgbouncer";

  private final Process process;
  private final Path directory;
  private final int port;

  private PgBouncer(Process process, Path directory, int port) {
    this.process = process;
    this.directory = directory;
    this.port = port;
  }

  /** Where it is installed; empty if it is not. */
  public static Optional<Path> program() {
    String given = System.getProperty(PROPERTY, "");
    Stream<Path> places =
        given.isBlank()
            ? Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .map(directory -> Path.of(directory, "pgbouncer"))
            : Stream.of(Path.of(given));
    return places.filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it.
   *
   * @param sessions the most sessions on the server for one database
   */
  public static PgBouncer inFrontOf(PostgresServer server, int sessions, Path program) {
    try {
      Path directory = Files.createTempDirectory("pgbouncer");
      int port = FreePort.find();
      Path settings =
          Files.writeString(directory.resolve("pgbouncer.ini"), settings(server, sessions, port));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> command = new ArrayList<>(List.of(program.toString(), "--quiet"));
      if ("root".equals(System.getProperty("user.name"))) {
        command.add("--user=nobody");
      }
      command.add(settings.toString());
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      return new PgBouncer(process, directory, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings(PostgresServer server, int sessions, int port) {
    return """
        [databases]
        * = host=%s port=%d user=%s password=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = %d
        max_client_conn = 200
        server_round_robin = 1
        ignore_startup_parameters = extra_float_digits
        """
        .formatted(
            server.host(), server.port(), server.username(), server.password(), port, sessions);
  }

  /** The URL of a PostgreSQL database behind it, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Ends it, and all connections with it. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      for (String file : List.of("pgbouncer.ini", "log", "")) {
        Files.deleteIfExists(directory.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
