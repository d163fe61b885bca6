package io.dualwrite.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A source and a target server, and the databases of one test after the other on them. */
record ServerPair(PostgresServer source, PostgresServer target, AtomicInteger tests)
    implements AutoCloseable {

  static ServerPair start(ServerOptions options) {
    CompletableFuture<PostgresServer> source =
        CompletableFuture.supplyAsync(() -> PostgresServers.start(options));
    CompletableFuture<PostgresServer> target =
        CompletableFuture.supplyAsync(() -> PostgresServers.start(options));
    try {
      return new ServerPair(source.join(), target.join(), new AtomicInteger());
    } catch (CompletionException e) {
      source.thenAccept(PostgresServer::close);
      target.thenAccept(PostgresServer::close);
      throw new IllegalStateException("the servers of the tests did not start", e.getCause());
    }
  }

  void createDatabases(String name) {
    source.createDatabase(name);
    target.createDatabase(name);
  }

  void dropDatabases(String name) {
    source.dropDatabase(name);
    target.dropDatabase(name);
  }

  /** Undoes what a test did to the servers. */
  void mend() {
    mend(source);
    mend(target);
  }

  private static void mend(PostgresServer server) {
    server.thaw();
    if (!server.isRunning()) {
      server.restart();
    }
  }

  @Override
  public void close() {
    try (source;
        target) {
      // Both, also when one does not close.
    }
  }
}
