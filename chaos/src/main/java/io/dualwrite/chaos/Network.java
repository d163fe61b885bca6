package io.dualwrite.chaos;

import io.dualwrite.testing.TcpProxy;

/** What one application reaches the servers through. */
public record Network(TcpProxy source, TcpProxy target) implements AutoCloseable {

  static Network to(Databases databases) {
    return new Network(
        TcpProxy.inFrontOf(databases.source()), TcpProxy.inFrontOf(databases.target()));
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
