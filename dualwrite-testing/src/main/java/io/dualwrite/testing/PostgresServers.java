package io.dualwrite.testing;

/** Chooses where servers run. */
public final class PostgresServers {

  private PostgresServers() {}

  /** Starts a server where this machine can run one. */
  public static PostgresServer start(ServerOptions options) {
    return EmbeddedPostgresServer.start(options);
  }
}
