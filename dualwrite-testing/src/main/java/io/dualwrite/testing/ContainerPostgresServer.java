package io.dualwrite.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A PostgreSQL server in a container. Killing it kills every process of the container at once,
 * freezing it pauses them. Testcontainers' own reaper removes it when this JVM is gone.
 *
 * <p>{@code -Dtest.postgres.image} names another image than PostgreSQL's own, such as
 * TimescaleDB's.
 */
final class ContainerPostgresServer implements PostgresServer {

  private static final String IMAGE_PROPERTY = "test.postgres.image";
  private static final String DEFAULT_IMAGE = "postgres:17-alpine";
  private static final long POLL_NANOS = 50_000_000;

  private final ServerOptions options;
  private final int port;
  private final PostgreSQLContainer container;

  private ContainerPostgresServer(ServerOptions options) {
    this.options = options;
    this.port = options.port() == 0 ? FreePort.find() : options.port();
    String image = System.getProperty(IMAGE_PROPERTY, DEFAULT_IMAGE);
    this.container =
        new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
            .withDatabaseName("postgres")
            .withUsername(username())
            .withPassword(password());
    container.withEnv("POSTGRES_INITDB_ARGS", "--locale=C");
    container.setCommand(command(options));
    container.withStartupTimeout(options.startTimeout());
    container.withCreateContainerCmdModifier(
        create -> {
          HostConfig host = create.getHostConfig();
          // A port of our own: one that Docker chooses would change with a restart.
          (host == null ? HostConfig.newHostConfig() : host)
              .withPortBindings(
                  new PortBinding(
                      Binding.bindPort(port),
                      new ExposedPort(PostgreSQLContainer.POSTGRESQL_PORT)));
        });
  }

  static ContainerPostgresServer start(ServerOptions options) {
    ContainerPostgresServer server = new ContainerPostgresServer(options);
    server.container.start();
    return server;
  }

  @Override
  public String host() {
    return container.getHost();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public synchronized void kill() {
    thaw();
    if (isRunning()) {
      docker().killContainerCmd(container.getContainerId()).exec();
      docker().waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
    }
  }

  @Override
  public synchronized void restart() {
    kill();
    docker().startContainerCmd(container.getContainerId()).exec();
    awaitConnection();
  }

  @Override
  public synchronized void freeze() {
    docker().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public synchronized void thaw() {
    if (Boolean.TRUE.equals(state().getPaused())) {
      docker().unpauseContainerCmd(container.getContainerId()).exec();
    }
  }

  @Override
  public boolean isRunning() {
    try {
      ContainerState state = state();
      return Boolean.TRUE.equals(state.getRunning()) && !Boolean.TRUE.equals(state.getPaused());
    } catch (NotFoundException closed) {
      return false;
    }
  }

  @Override
  public void close() {
    container.stop();
  }

  private void awaitConnection() {
    long deadline = System.nanoTime() + options.startTimeout().toNanos();
    while (true) {
      try {
        dataSource("postgres").getConnection().close();
        return;
      } catch (SQLException e) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the container on port " + port + " did not start", e);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private ContainerState state() {
    return docker().inspectContainerCmd(container.getContainerId()).exec().getState();
  }

  private DockerClient docker() {
    return container.getDockerClient();
  }

  private static String[] command(ServerOptions options) {
    List<String> command = new ArrayList<>(List.of("postgres"));
    options
        .effectiveSettings()
        .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return command.toArray(String[]::new);
  }
}
