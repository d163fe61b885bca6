package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole migration of real data, told in a few lines and checked at every step. */
public final class Demo {
  /** Logs go to the file that the system property {@code demo.log} names. */
  static final String LOGGING = "demo-logback.xml";

  private static final List<Step> STEPS =
      List.of(
          new DualWritesOn(),
          new NewServerKilled(),
          new ApplicationKilled(),
          new HistoryCopied(),
          new DamageRepaired(),
          new KillSwitchEngaged());

  private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

  private final PrintStream out;

  Demo(PrintStream out) {
    this.out = out;
  }

  /**
   * Plays it.
   *
   * @param args the directory to work in
   */
  public static void main(String[] args) throws Exception {
    Path directory = Files.createDirectories(Path.of(args[0])).toAbsolutePath();
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    boolean held = false;
    try {
      held = new Demo(out).play(Pace.FULL, directory);
    } catch (Exception e) {
      if (interrupted()) {
        return;
      }
      LOG.error("the demo failed", e);
      out.println("FAILED");
      out.println("   ✗ " + e.getMessage());
    }
    if (!held) {
      out.println("Logs: " + System.getProperty("demo.log"));
    }
    System.exit(held ? 0 : 1);
  }

  /** Whether this process is being ended from outside: what fails then needs no words. */
  private static boolean interrupted() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));
      return false;
    } catch (IllegalStateException ending) {
      return true;
    }
  }

  /** Whether everything held. */
  boolean play(Pace pace, Path directory) throws Exception {
    try (Stage stage = Stage.set(pace, directory)) {
      String version = stage.source().text("SHOW server_version");
      out.println(
          format(
              "dualwrite demo · two PostgreSQL %s servers, %,d real flights in the old one",
              version, pace.flights()));
      boolean held = play(0, new BeforeMigration(), stage);
      for (int i = 0; held && i < STEPS.size(); i++) {
        held = play(i + 1, STEPS.get(i), stage);
      }
      return held && end(stage);
    }
  }

  private boolean end(Stage stage) throws Exception {
    Claims claims = new Claims();
    stage.end(claims);
    long flights = stage.source().number("SELECT count(*) FROM flights");
    claims.broken().forEach(b -> out.println("   ✗ " + b));
    if (claims.broken().isEmpty()) {
      out.println(
          format(
              "Both servers hold the same %,d flights (checked by SQL of the demo's own). Report: %s",
              flights, near(stage.report())));
    }
    return claims.broken().isEmpty();
  }

  /** As one would type it here. */
  private static Path near(Path file) {
    Path here = Path.of("").toAbsolutePath();
    return file.startsWith(here) ? here.relativize(file) : file;
  }

  private boolean play(int number, Step step, Stage stage) throws Exception {
    Claims claims = new Claims();
    out.print(format(" %d %-20s", number, step.title()));
    out.flush();
    List<String> lines = step.play(stage, claims);
    String verdict = claims.broken().isEmpty() ? "ok" : "FAILED";
    for (int i = 0; i < lines.size(); i++) {
      String margin = i == 0 ? "" : " ".repeat(23);
      out.println(
          format("%s%-91s%s", margin, lines.get(i), i == lines.size() - 1 ? verdict : "")
              .stripTrailing());
    }
    claims.broken().forEach(b -> out.println("   ✗ " + b));
    return claims.broken().isEmpty();
  }
}
