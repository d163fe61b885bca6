package io.dualwrite.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A source and a target server, and the databases of one test after the other on them. */
record ServerPair(PostgresServer source, PostgresServer target, AtomicInteger tests)
    implements AutoCloseable {

  /** Starts both at once; one whose twin does not start ends with the JVM. */
  static ServerPair start(ServerOptions options) {
    CompletableFuture<PostgresServer> source = starting(options);
    CompletableFuture<PostgresServer> target = starting(options);
    return source
        .thenCombine(target, (s, t) -> new ServerPair(s, t, new AtomicInteger()))
        .exceptionally(
            failure -> {
              throw new IllegalStateException("the servers of the tests did not start", failure);
            })
        .join();
  }

  private static CompletableFuture<PostgresServer> starting(ServerOptions options) {
    return CompletableFuture.supplyAsync(() -> PostgresServers.start(options));
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
