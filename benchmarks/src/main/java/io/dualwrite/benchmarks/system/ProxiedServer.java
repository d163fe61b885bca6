package io.dualwrite.benchmarks.system;

import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.TcpProxy;

/** A server behind a stretch of network that can be broken; closing it ends the network alone. */
record ProxiedServer(PostgresServer server, TcpProxy proxy) implements PostgresServer {
  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public int port() {
    return proxy.port();
  }

  @Override
  public void kill() {
    server.kill();
  }

  @Override
  public void restart() {
    server.restart();
  }

  @Override
  public void freeze() {
    server.freeze();
  }

  @Override
  public void thaw() {
    server.thaw();
  }

  @Override
  public boolean isRunning() {
    return server.isRunning();
  }

  @Override
  public void close() {
    proxy.close();
  }
}
