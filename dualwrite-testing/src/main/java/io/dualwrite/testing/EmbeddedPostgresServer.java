package io.dualwrite.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server that runs as a process of this machine, from binaries on the class path.
 *
 * <p>The server ends with the JVM that started it: a shutdown hook ends it when the JVM exits or is
 * interrupted, and a {@link Watchdog} within seconds when the JVM itself is killed. Killing and
 * freezing need a POSIX shell.
 */
public final class EmbeddedPostgresServer implements PostgresServer {

  private final ServerOptions options;
  private final ServerDirectory directory;
  private final int port;
  private final Thread atExit;
  private @Nullable Watchdog watchdog;
  private @Nullable EmbeddedPostgres launched;
  private boolean frozen;
  private boolean closed;

  private EmbeddedPostgresServer(ServerOptions options) {
    this.options = options;
    this.port = options.port() == 0 ? FreePort.find() : options.port();
    this.directory = ServerDirectory.of(options);
    this.atExit = new Thread(this::endAtExit, "end-postgres-" + port);
  }

  /**
   * Starts a server and waits until it accepts connections; the first start on a machine unpacks
   * the binaries, which takes seconds.
   *
   * @throws IllegalStateException if it does not start; the message ends with the server's own log
   */
  public static EmbeddedPostgresServer start(ServerOptions options) {
    EmbeddedPostgresServer server = new EmbeddedPostgresServer(options);
    try {
      server.launch();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public int port() {
    return port;
  }

  /** The server's own log. */
  public Path log() {
    return directory.log();
  }

  @Override
  public synchronized void kill() {
    directory.killServer();
    frozen = false;
  }

  @Override
  public synchronized void restart() {
    if (closed) {
      throw new IllegalStateException("the server on port " + port + " is closed");
    }
    kill();
    release();
    launch();
  }

  @Override
  public synchronized void freeze() {
    running().freeze();
    frozen = true;
  }

  @Override
  public synchronized void thaw() {
    if (frozen) {
      running().thaw();
      frozen = false;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return !frozen && !closed && directory.postmaster().isPresent();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    thaw();
    closed = true;
    if (directory.kept()) {
      release();
    }
    directory.killServer();
    release();
    if (watchdog != null) {
      watchdog.close();
      removeShutdownHook();
    }
  }

  private synchronized void launch() {
    if (watchdog == null) {
      watchdog = Watchdog.over(directory);
      Runtime.getRuntime().addShutdownHook(atExit);
    }
    if (!FreePort.isFree(port)) {
      throw new IllegalStateException("port " + port + " is taken by another process");
    }
    UnpackedBinaries.mendOnce();
    Redirect log = Redirect.appendTo(directory.log().toFile());
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(directory.data())
            .setCleanDataDirectory(false)
            .setPGStartupWait(options.startTimeout())
            .setOutputRedirector(log)
            .setErrorRedirector(log)
            .setLocaleConfig("locale", "C");
    // Neither a socket's lock file nor shared memory outside of the directory may outlive a kill.
    builder.setServerConfig("unix_socket_directories", "''");
    builder.setServerConfig("dynamic_shared_memory_type", "mmap");
    options
        .effectiveSettings()
        .forEach((name, value) -> builder.setServerConfig(name, quoted(value)));
    try {
      launched = builder.start();
    } catch (IOException | RuntimeException e) {
      throw notStarted(e);
    }
    // Somebody else's server may have taken the port meanwhile, and answered.
    if (directory.postmaster().isEmpty()) {
      throw notStarted(null);
    }
  }

  private ProcessTree running() {
    return directory
        .postmaster()
        .orElseThrow(() -> new IllegalStateException("no server runs on port " + port));
  }

  private IllegalStateException notStarted(@Nullable Exception cause) {
    return new IllegalStateException(
        "no PostgreSQL server started on port " + port + "; its log:\n" + directory.logTail(),
        cause);
  }

  /** Stops the server properly if it still runs, and gives up the lock on its data directory. */
  private void release() {
    if (launched != null) {
      try {
        launched.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      launched = null;
    }
  }

  /**
   * Takes no lock, which a thread that waits for the server may hold. A server whose data are kept
   * is stopped by the hook that its launcher registered; those that are not the watchdog deletes.
   */
  private void endAtExit() {
    if (directory.kept()) {
      directory.postmaster().ifPresent(ProcessTree::thaw);
    } else {
      directory.killServer();
    }
  }

  private void removeShutdownHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // The hook finds nothing left to do.
    }
  }

  /** The launcher hands the settings to a shell. */
  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
