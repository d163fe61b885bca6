package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void runsToItsEndWithWhatItWasGiven() {
    try (ChildJvm child =
        ChildJvm.of(Speaks.class)
            .arguments("one", "two words")
            .jvmOptions("-Dspoken=property")
            .environment("SPOKEN", "environment")
            .start()) {
      assertThat(child.await(PATIENCE)).isEqualTo(3);
      assertThat(child.output())
          .containsExactly("one", "two words", "property", "environment", "to standard error");
    }
  }

  @Test
  void killEndsItWithoutItsShutdownHooks() {
    try (ChildJvm child = ChildJvm.of(Hangs.class).start()) {
      assertThat(child.awaitLine("hanging"::equals, PATIENCE)).isEqualTo("hanging");
      child.kill();
      assertThat(child.isAlive()).isFalse();
      assertThat(ProcessHandle.of(child.pid())).isEmpty();
      assertThat(child.output()).containsExactly("hanging");
    }
  }

  @Test
  void frozenOneCanBeThawedAndKilled() {
    try (ChildJvm child = ChildJvm.of(Hangs.class).start()) {
      child.awaitLine("hanging"::equals, PATIENCE);
      child.freeze();
      assertThat(child.isAlive()).isTrue();
      child.thaw();
      child.freeze();
      child.kill();
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void lineThatDoesNotComeIsReportedWithTheOutput() {
    try (ChildJvm child = ChildJvm.of(Speaks.class).arguments("spoken").start()) {
      assertThatThrownBy(() -> child.awaitLine("never"::equals, PATIENCE))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("ended without the line")
          .hasMessageContaining("spoken");
    }
  }

  @Test
  void endsWhenItsParentIsKilled() {
    try (ChildJvm parent = ChildJvm.of(HasChild.class).start()) {
      String pid = parent.awaitLine(line -> line.startsWith("child "), PATIENCE).substring(6);
      ProcessHandle grandchild = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      parent.kill();
      assertThat(grandchild.onExit()).succeedsWithin(PATIENCE);
    }
  }

  static final class Speaks {
    public static void main(String[] args) {
      for (String arg : args) {
        System.out.println(arg);
      }
      System.out.println(System.getProperty("spoken"));
      System.out.println(System.getenv("SPOKEN"));
      System.err.println("to standard error");
      System.exit(3);
    }
  }

  static final class Hangs {
    public static void main(String[] args) throws InterruptedException {
      // Test code of this class is on the child's class path, libraries too.
      Assertions.assertThat(args).isEmpty();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
      System.out.println("hanging");
      new CountDownLatch(1).await();
    }
  }

  static final class HasChild {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm child = ChildJvm.of(Hangs.class).start();
      child.awaitLine("hanging"::equals, PATIENCE);
      System.out.println("child " + child.pid());
      new CountDownLatch(1).await();
    }
  }
}
