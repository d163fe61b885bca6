package io.dualwrite.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/**
 * Whether servers can run in containers. Asking Testcontainers costs a second and an ERROR in the
 * log where no engine is, so it is asked only if something points to one, and with a time limit,
 * since an engine that accepts and never answers would hold it for ever.
 */
final class DockerEngine {

  static final String PROPERTY = "test.docker";
  private static final long PATIENCE_SECONDS = 20;

  private DockerEngine() {}

  /**
   * What {@code -Dtest.docker} asks for: {@code true}, {@code false}, or by default {@code auto},
   * which is an engine if one answers.
   *
   * @throws IllegalStateException if an engine is asked for and none answers
   */
  static boolean isWanted() {
    String wanted = System.getProperty(PROPERTY, "auto");
    return switch (wanted) {
      case "false" -> false;
      case "true" -> {
        if (!isPresent(true)) {
          throw new IllegalStateException(
              "-Dtest.docker=true, but no Docker engine answers or Testcontainers is not on the"
                  + " class path");
        }
        yield true;
      }
      case "auto" -> isPresent(hasTraces(System.getProperties(), System.getenv()));
      default ->
          throw new IllegalStateException(
              "-Dtest.docker must be auto, true or false, was \"" + wanted + '"');
    };
  }

  /** Whether anything on this machine says that there is an engine. */
  static boolean hasTraces(Properties system, Map<String, String> environment) {
    if (system.getProperty("os.name", "").startsWith("Windows")
        || environment.containsKey("DOCKER_HOST")) {
      return true;
    }
    Path home = Path.of(system.getProperty("user.home", "/"));
    Stream<Path> inRuntimeDirectory =
        Optional.ofNullable(environment.get("XDG_RUNTIME_DIR")).stream()
            .map(directory -> Path.of(directory, "docker.sock"));
    Stream<Path> others =
        Stream.of(
            Path.of("/var/run/docker.sock"),
            home.resolve(".docker/run/docker.sock"),
            home.resolve(".docker/desktop/docker.sock"),
            home.resolve(".testcontainers.properties"));
    return Stream.concat(inRuntimeDirectory, others).anyMatch(Files::exists);
  }

  private static boolean isPresent(boolean worthAsking) {
    return worthAsking && isTestcontainersPresent() && Answer.PRESENT;
  }

  private static boolean isTestcontainersPresent() {
    try {
      Class.forName("org.testcontainers.postgresql.PostgreSQLContainer", false, loader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  private static ClassLoader loader() {
    return DockerEngine.class.getClassLoader();
  }

  /** Asked once per JVM. */
  private static final class Answer {
    static final boolean PRESENT = ask();

    private static boolean ask() {
      try {
        return CompletableFuture.supplyAsync(
                () -> DockerClientFactory.instance().isDockerAvailable())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException silent) {
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException("cannot tell whether a Docker engine runs", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
