package io.dualwrite.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a server is to be run.
 *
 * @param durable whether what was committed survives {@link PostgresServer#kill()}: fsync,
 *     synchronous_commit and full_page_writes on, or all off
 * @param port the TCP port on the loopback interface, 0 for any free one
 * @param directory where the server keeps its data and its log, for the user to keep; null for a
 *     temporary directory that goes with the server
 * @param settings server settings by name, which win over those that {@code durable} implies
 * @param startTimeout the longest wait for a start, crash recovery included
 */
public record ServerOptions(
    boolean durable,
    int port,
    @Nullable Path directory,
    Map<String, String> settings,
    Duration startTimeout) {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

  public ServerOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, was " + port);
    }
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new IllegalArgumentException("startTimeout must be positive, was " + startTimeout);
    }
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
  }

  /** A server that loses nothing that was committed, for crash tests, the demo and benchmarks. */
  public static ServerOptions forDurability() {
    return new ServerOptions(true, 0, null, Map.of(), START_TIMEOUT);
  }

  /** A server that never waits for the disk, for tests that do not kill it. */
  public static ServerOptions forSpeed() {
    return new ServerOptions(false, 0, null, Map.of(), START_TIMEOUT);
  }

  public ServerOptions withPort(int port) {
    return new ServerOptions(durable, port, directory, settings, startTimeout);
  }

  public ServerOptions withDirectory(Path directory) {
    return new ServerOptions(durable, port, directory, settings, startTimeout);
  }

  /** Adds a server setting, such as {@code max_prepared_transactions}. */
  public ServerOptions withSetting(String name, String value) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(name, value);
    return new ServerOptions(durable, port, directory, more, startTimeout);
  }

  public ServerOptions withStartTimeout(Duration startTimeout) {
    return new ServerOptions(durable, port, directory, settings, startTimeout);
  }

  /** Everything that is given to the server, by name. */
  Map<String, String> effectiveSettings() {
    String durability = durable ? "on" : "off";
    Map<String, String> all = new TreeMap<>();
    all.put("max_connections", "200");
    all.put("max_prepared_transactions", "64");
    all.put("fsync", durability);
    all.put("synchronous_commit", durability);
    all.put("full_page_writes", durability);
    all.putAll(settings);
    return all;
  }
}
