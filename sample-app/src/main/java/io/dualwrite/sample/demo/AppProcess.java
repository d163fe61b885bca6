package io.dualwrite.sample.demo;

import io.dualwrite.sample.App;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The application in a process of its own. It ends with this one, however this one ends. */
final class AppProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  private static final String ENDED = "ended";

  private final Process process;
  private final PrintStream commands;
  private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
  private final Thread reader;
  private final Thread atExit;

  private AppProcess(Process process, Answers answers) {
    this.process = process;
    this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.reader = new Thread(() -> read(answers), "answers");
    this.atExit = new Thread(process::destroyForcibly, "end-application");
    Runtime.getRuntime().addShutdownHook(atExit);
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts it, paused. What it logs is appended to the log. */
  static AppProcess start(Path log, Answers answers, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.add("-Ddemo.log=" + log);
    command.add("-Dlogback.configurationFile=" + Demo.LOGGING);
    command.addAll(List.of("-cp", classPath(), App.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile())).start();
    AppProcess app = new AppProcess(process, answers);
    app.await("ready");
    return app;
  }

  /** So many requests a second; 0 for as many as are answered. */
  void go(int perSecond) {
    commands.println("go " + perSecond);
  }

  /** Returns when no request is under way any more, and every answer has been read. */
  void pause() throws InterruptedException {
    commands.println("pause");
    await("paused");
  }

  /** SIGKILL. When it returns, everything that the application had answered has been read. */
  void kill() throws InterruptedException {
    process
        .toHandle()
        .destroyForcibly(); // Process.destroyForcibly would also close the pipe with what is not
    // read yet.
    ended();
  }

  /** Lets it end in order. */
  void stop() throws InterruptedException {
    commands.println("stop");
    ended();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // The hook finds it dead.
    }
  }

  private void ended() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the application does not end");
    }
    reader.join();
    close();
  }

  private void await(String signal) throws InterruptedException {
    String heard = signals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!signal.equals(heard)) {
      close();
      throw new IllegalStateException(
          "the application should be " + signal + " and is " + (heard == null ? "silent" : heard));
    }
  }

  private void read(Answers answers) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("ready") || line.equals("paused")) {
          signals.add(line);
        } else {
          answers.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      signals.add(ENDED);
    }
  }

  /**
   * Surefire starts tests from a jar that only names the class path, and keeps that in a property.
   */
  private static String classPath() {
    String own = System.getProperty("java.class.path", "");
    return System.getProperty("surefire.test.class.path", own)
        .replace(File.pathSeparator + File.pathSeparator, File.pathSeparator);
  }
}
