package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** However the JVM that started a server ends, neither the server nor its data stay. */
class ServerOfKilledJvmTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void endsWithAJvmThatIsKilled() {
    try (ChildJvm child = ChildJvm.of(HasServer.class).arguments("running").start()) {
      assertServerEnds(child, child::kill);
    }
  }

  @Test
  void endsWithAJvmThatIsKilledWhenItIsFrozen() {
    try (ChildJvm child = ChildJvm.of(HasServer.class).arguments("frozen").start()) {
      assertServerEnds(child, child::kill);
    }
  }

  @Test
  void endsWithAJvmThatIsInterrupted() {
    try (ChildJvm child = ChildJvm.of(HasServer.class).arguments("frozen").start()) {
      assertServerEnds(child, () -> ProcessHandle.of(child.pid()).orElseThrow().destroy());
    }
  }

  private static void assertServerEnds(ChildJvm child, Runnable end) {
    Path base = Path.of(child.awaitLine(line -> line.startsWith("/"), PATIENCE));
    ServerDirectory directory = new ServerDirectory(base, false);
    assertThat(directory.postmaster()).isPresent();
    end.run();
    await()
        .atMost(PATIENCE)
        .until(() -> directory.postmaster().isEmpty() && !Files.exists(directory.base()));
    await().atMost(PATIENCE).until(() -> !child.isAlive());
  }

  static final class HasServer {
    public static void main(String[] args) throws InterruptedException {
      EmbeddedPostgresServer server = EmbeddedPostgresServer.start(ServerOptions.forSpeed());
      if (args[0].equals("frozen")) {
        server.freeze();
      }
      System.out.println(server.log().getParent());
      new CountDownLatch(1).await();
    }
  }
}
