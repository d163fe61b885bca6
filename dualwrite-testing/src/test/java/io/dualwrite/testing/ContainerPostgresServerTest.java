package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "engineIsThere", disabledReason = "no Docker engine")
class ContainerPostgresServerTest {

  static boolean engineIsThere() {
    return DockerEngine.isWanted();
  }

  @Test
  void diesFreezesAndComesBackWithItsData() throws Exception {
    try (PostgresServer server = PostgresServers.start(ServerOptions.forDurability())) {
      assertThat(server).isInstanceOf(ContainerPostgresServer.class);
      int port = server.port();
      server.createDatabase("kept");

      server.freeze();
      assertThat(server.isRunning()).isFalse();
      server.thaw();
      assertThat(server.isRunning()).isTrue();

      server.kill();
      assertThat(server.isRunning()).isFalse();
      server.restart();
      assertThat(server.port()).isEqualTo(port);
      try (Connection connection = server.dataSource("kept").getConnection()) {
        assertThat(connection.isValid(1)).isTrue();
      }
    }
  }
}
