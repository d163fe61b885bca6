package io.dualwrite.testing;

import javax.sql.DataSource;

/** A server that several tests share, so that none of them may break it. */
record UnbreakableServer(PostgresServer server) implements PostgresServer {

  @Override
  public String host() {
    return server.host();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public DataSource dataSource(String database) {
    return server.dataSource(database);
  }

  @Override
  public boolean isRunning() {
    return server.isRunning();
  }

  @Override
  public void kill() {
    throw refusal();
  }

  @Override
  public void restart() {
    throw refusal();
  }

  @Override
  public void freeze() {
    throw refusal();
  }

  @Override
  public void thaw() {
    throw refusal();
  }

  @Override
  public void close() {
    throw refusal();
  }

  private static UnsupportedOperationException refusal() {
    return new UnsupportedOperationException(
        "other tests share this server: use @WithDatabases(dedicated = true) to break one");
  }
}
