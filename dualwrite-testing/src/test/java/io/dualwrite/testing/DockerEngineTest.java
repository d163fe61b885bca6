package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTest {

  @Test
  void engineIsLookedForWhereSomethingPointsToOne(@TempDir Path directory) throws Exception {
    Properties system = new Properties();
    system.setProperty("os.name", "Linux");
    system.setProperty("user.home", directory.toString());
    Map<String, String> none = Map.of("XDG_RUNTIME_DIR", directory.resolve("run").toString());
    assertThat(DockerEngine.hasTraces(system, none))
        .isEqualTo(Files.exists(Path.of("/var/run/docker.sock")));
    assertThat(DockerEngine.hasTraces(system, Map.of("DOCKER_HOST", "tcp://there"))).isTrue();

    Files.createDirectories(directory.resolve(".docker/run"));
    Files.createFile(directory.resolve(".docker/run/docker.sock"));
    assertThat(DockerEngine.hasTraces(system, none)).isTrue();
  }
}
