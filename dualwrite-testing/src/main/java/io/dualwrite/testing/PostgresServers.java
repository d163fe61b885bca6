package io.dualwrite.testing;

/** Chooses where servers run. */
public final class PostgresServers {

  private PostgresServers() {}

  /**
   * Starts a server in a container where a Docker engine answers, else as a process of this
   * machine; one with a directory of its own always as a process.
   *
   * @throws IllegalStateException if it does not start, or {@code -Dtest.docker=true} and there is
   *     no engine
   */
  public static PostgresServer start(ServerOptions options) {
    return options.directory() == null && DockerEngine.isWanted()
        ? ContainerPostgresServer.start(options)
        : EmbeddedPostgresServer.start(options);
  }
}
