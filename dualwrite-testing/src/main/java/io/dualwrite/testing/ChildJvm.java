package io.dualwrite.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Another JVM with this one's class path, to be killed or frozen in the middle of its work.
 *
 * <p>It ends with this JVM, however that ends. Its standard output and standard error are captured
 * together, line by line. All methods may be called from any thread.
 */
public final class ChildJvm implements AutoCloseable {

  private final Process process;
  private final OutputLines output = new OutputLines();
  private final Thread atExit;
  private final Thread reader;

  private ChildJvm(Process process, String name) {
    this.process = process;
    this.atExit = new Thread(process::destroyForcibly, "end-" + name);
    this.reader = new Thread(this::read, "output-of-" + name);
  }

  /** A child that runs this class' main method. */
  public static Builder of(Class<?> mainClass) {
    return new Builder(mainClass);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The lines written so far; complete once {@link #await} or {@link #kill()} has returned. */
  public List<String> output() {
    return output.soFar();
  }

  /**
   * Waits for a line, among those already written too, and returns it.
   *
   * @throws AssertionError with the whole output if the child ends or the time is over before
   */
  public String awaitLine(Predicate<String> wanted, Duration patience) {
    return output.await(wanted, patience);
  }

  /** Ends the child with SIGKILL and waits until it is dead. */
  public void kill() {
    // Not by the process itself, which would close the output with lines still unread.
    process.toHandle().destroyForcibly();
    awaitEnd(Duration.ofSeconds(60));
  }

  /** Stops all of the child's threads with SIGSTOP. */
  public void freeze() {
    new ProcessTree(process.pid()).freeze();
  }

  /** Lets a frozen child go on. */
  public void thaw() {
    new ProcessTree(process.pid()).thaw();
  }

  /**
   * Waits until the child ends by itself.
   *
   * @return its exit code
   * @throws AssertionError with its output if the time is over before
   */
  public int await(Duration patience) {
    awaitEnd(patience);
    return process.exitValue();
  }

  /** Kills the child if it still runs. */
  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // The hook finds the child dead.
    }
  }

  private void awaitEnd(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the child runs after " + patience + "; " + output.describe());
      }
      reader.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a child JVM", e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(output::add);
    } catch (IOException | UncheckedIOException e) {
      output.add("(output cut off: " + e + ")");
    } finally {
      output.end();
    }
  }

  /** What the child is started with. */
  public static final class Builder {

    private final Class<?> mainClass;
    private final List<String> arguments = new ArrayList<>();
    private final List<String> jvmOptions =
        new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    private final Map<String, String> environment = new LinkedHashMap<>();

    private Builder(Class<?> mainClass) {
      this.mainClass = mainClass;
    }

    public Builder arguments(String... values) {
      arguments.addAll(List.of(values));
      return this;
    }

    /** Adds JVM options, such as {@code -Dname=value}; later ones win. */
    public Builder jvmOptions(String... values) {
      jvmOptions.addAll(List.of(values));
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public ChildJvm start() {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmOptions);
      command.addAll(List.of("-cp", classPath(), ChildMain.class.getName(), mainClass.getName()));
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      try {
        ChildJvm child = new ChildJvm(builder.start(), mainClass.getSimpleName());
        Runtime.getRuntime().addShutdownHook(child.atExit);
        child.reader.setDaemon(true);
        child.reader.start();
        return child;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Surefire starts tests from a jar that only names the class path, and keeps that here. */
    private static String classPath() {
      String own = System.getProperty("java.class.path", "");
      return System.getProperty("surefire.test.class.path", own)
          .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator);
    }
  }
}
