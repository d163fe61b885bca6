package io.dualwrite.chaos;

import io.dualwrite.chaos.history.Span;
import io.dualwrite.chaos.workload.Application;
import io.dualwrite.testing.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One of the applications, over all its lives. Safe for use by several threads: a process that was
 * killed and started again is thawed for its predecessor without harm.
 */
public final class ApplicationProcess implements AutoCloseable {
  private static final Duration TERMINATION = Duration.ofSeconds(10);

  private final int index;
  private final Path directory;
  private final Path yaml;
  private final ChaosOptions options;
  private final List<Life> lives = new ArrayList<>();
  private @Nullable ChildJvm process;

  ApplicationProcess(int index, Path directory, Path yaml, ChaosOptions options) {
    this.index = index;
    this.directory = directory;
    this.yaml = yaml;
    this.options = options;
  }

  /** A process of the application, by its identity and the time in which it lived. */
  record Life(long pid, Span span) {}

  public synchronized void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    int life = lives.size() + 1;
    process =
        ChildJvm.of(Application.class)
            .jvmOptions(
                "-Xshare:auto",
                "-Dchaos.log=" + directory.resolve("a" + index + "." + life + ".log"),
                "-Dlogback.configurationFile=logback-chaos-application.xml")
            .arguments(
                yaml.toString(),
                directory.toString(),
                Integer.toString(index),
                Integer.toString(life),
                Integer.toString(options.workers()),
                Integer.toString(options.paceMillis()),
                Long.toString(options.seed() * 1_000 + index * 100L + life))
            .start();
    lives.add(new Life(process.pid(), new Span(System.currentTimeMillis(), Long.MAX_VALUE)));
  }

  /** Ends it with SIGKILL; it stays dead until it is started. */
  public synchronized void kill() {
    if (process != null && process.isAlive()) {
      process.kill();
      died();
    }
  }

  public synchronized void freeze() {
    if (process != null && process.isAlive()) {
      process.freeze();
    }
  }

  public synchronized void thaw() {
    if (process != null && process.isAlive()) {
      process.thaw();
    }
  }

  /** Waits until nothing is under way after this order. */
  void awaitIdle(int order, Duration limit) {
    ChildJvm current = current();
    try {
      current.awaitLine(line -> line.equals("idle " + order), limit);
    } catch (AssertionError e) {
      throw new ChaosFailure(
          this + " still writes " + limit.toSeconds() + " s after it was told to pause", e);
    }
  }

  /**
   * Ends it with SIGTERM, as deployments do, and with SIGKILL should it take longer than they wait.
   */
  public synchronized void stop() {
    if (process != null && process.isAlive()) {
      ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
      try {
        process.await(TERMINATION);
      } catch (AssertionError slow) {
        process.kill();
      }
      died();
    }
  }

  /** Waits until it has ended in order, as it was told to. */
  void awaitEnd(Duration limit) {
    ChildJvm ending = Objects.requireNonNull(process, "not started");
    int code;
    try {
      code = ending.await(limit);
    } catch (AssertionError e) {
      throw new ChaosFailure(this + " does not end within " + limit.toSeconds() + " s", e);
    }
    if (code != 0) {
      throw new ChaosFailure(this + " ended with " + code + ": " + said(ending));
    }
    died();
  }

  /** When the process with that pid lived; empty if it was none of this application. */
  synchronized List<Span> livesOf(long pid) {
    return lives.stream().filter(l -> l.pid() == pid).map(Life::span).toList();
  }

  /** How many processes there were. */
  synchronized int lives() {
    return lives.size();
  }

  @Override
  public synchronized void close() {
    if (process != null) {
      process.close();
    }
  }

  @Override
  public String toString() {
    return "application " + index;
  }

  private synchronized ChildJvm current() {
    if (process == null || !process.isAlive()) {
      throw new ChaosFailure(
          this + " has ended by itself: " + (process == null ? "" : said(process)));
    }
    return process;
  }

  private static String said(ChildJvm process) {
    return process.output().stream()
        .filter(line -> !line.startsWith("\tat ") && !line.startsWith("idle "))
        .collect(Collectors.joining("; "));
  }

  private synchronized void died() {
    Life last = lives.remove(lives.size() - 1);
    lives.add(new Life(last.pid(), new Span(last.span().from(), System.currentTimeMillis())));
  }
}
