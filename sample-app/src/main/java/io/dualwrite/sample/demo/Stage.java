package io.dualwrite.sample.demo;

import io.dualwrite.jdbc.config.MigrationConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the steps play with: two servers, the application's process, and what it has answered. Used
 * by one thread.
 */
final class Stage implements AutoCloseable {
  private final Servers servers;
  private final Pace pace;
  private final Path log;
  private final Path yaml;
  private final Path report;
  private final Answers answers = new Answers();
  private @Nullable AppProcess app;
  private String dualSince = "";
  private int firstDual;
  private int speed;
  private @Nullable Sample alone;

  private Stage(Servers servers, Pace pace, Path directory) throws IOException {
    this.servers = servers;
    this.pace = pace;
    this.log = directory.resolve("demo.log");
    this.yaml = directory.resolve("dualwrite.yaml");
    this.report = directory.resolve("demo-report.html");
    Files.writeString(
        yaml,
        Servers.resource("dualwrite.yaml")
            .replace("${SOURCE_URL}", servers.sourceUrl())
            .replace("${TARGET_URL}", servers.targetUrl())
            .replace("${PASSWORD}", servers.oldServer().password()));
  }

  /** Two servers, the flights in the old one; no application yet. */
  static Stage set(Pace pace, Path directory) throws IOException, SQLException {
    Servers servers = Servers.start();
    boolean ready = false;
    try {
      servers.load(pace.flights());
      Stage stage = new Stage(servers, pace, directory);
      ready = true;
      return stage;
    } finally {
      if (!ready) {
        servers.close();
      }
    }
  }

  Servers servers() {
    return servers;
  }

  Database source() {
    return servers.source();
  }

  Database target() {
    return servers.target();
  }

  Answers answers() {
    return answers;
  }

  MigrationConfig config() throws Exception {
    return MigrationConfig.load(yaml);
  }

  /** The application as it was before the migration. */
  void startSourceOnly() throws IOException, InterruptedException {
    app =
        AppProcess.start(
            log,
            answers,
            servers.sourceUrl(),
            servers.oldServer().username(),
            servers.oldServer().password());
  }

  /** The application that writes to both servers. */
  void startDual() throws IOException, InterruptedException, SQLException {
    if (dualSince.isEmpty()) {
      dualSince = source().text("SELECT clock_timestamp()::text");
      firstDual = answers.count();
    }
    app = AppProcess.start(log, answers, yaml.toString());
  }

  Pace pace() {
    return pace;
  }

  /** Lets the users work at that speed from now on. */
  void traffic(int perSecond) {
    speed = perSecond;
    app().go(perSecond);
  }

  AppProcess app() {
    if (app == null) {
      throw new IllegalStateException("the application has not been started");
    }
    return app;
  }

  /** The old server's clock when the application began to write to both. */
  String dualSince() {
    return dualSince;
  }

  /** Where the answers begin that were given since then. */
  int firstDual() {
    return firstDual;
  }

  /** How the users were served before the migration. */
  Sample alone() {
    if (alone == null) {
      throw new IllegalStateException("not measured yet");
    }
    return alone;
  }

  void alone(Sample sample) {
    alone = sample;
  }

  /** Watches the traffic for as long as the pace says. */
  Sample look() throws InterruptedException {
    return look(pace.look());
  }

  Sample look(Duration duration) throws InterruptedException {
    int from = answers.count();
    long start = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    return since(from, start);
  }

  /** What was answered from a place and a time on. */
  Sample since(int from, long startNanos) {
    return Sample.of(
        answers.between(from, answers.count()), (System.nanoTime() - startNanos) / 1e9);
  }

  /**
   * Checks that all that was acknowledged since dual writes are on, and all else that its
   * transactions wrote, is on both servers. The traffic is held for it.
   */
  void checkNothingLost(Claims claims) throws SQLException, InterruptedException {
    app().pause();
    Checks.awaitDelivered(source());
    List<Answers.Acknowledged> acknowledged = answers.between(firstDual, answers.count());
    for (Database database : List.of(source(), target())) {
      long held = Checks.held(database, acknowledged);
      claims.that(
          held == acknowledged.size(),
          "%,d of %,d acknowledged requests are on %s",
          held,
          acknowledged.size(),
          database.name());
    }
    claims.same(
        "requests",
        Checks.requestsSince(source(), dualSince),
        Checks.requestsSince(target(), dualSince));
    claims.same(
        "flights",
        Checks.flightsSince(source(), dualSince),
        Checks.flightsSince(target(), dualSince));
    app().go(speed);
  }

  /** Checks that both servers hold the same, every row of it. The traffic is held for it. */
  void checkAllEqual(Claims claims) throws SQLException, InterruptedException {
    app().pause();
    Checks.awaitDelivered(source());
    checkEqualNow(claims);
    app().go(speed);
  }

  /** Ends the application in order, and checks that nothing is left to do. */
  void end(Claims claims) throws SQLException, InterruptedException {
    app().pause();
    Checks.awaitDelivered(source());
    app().stop();
    checkEqualNow(claims);
    claims.that(Checks.waiting(source()) == 0, "the journal is not empty");
    claims.that(
        source().number("SELECT count(*) FROM dualwrite.set_aside") == 0, "rows were set aside");
  }

  private void checkEqualNow(Claims claims) throws SQLException {
    claims.same("airports", Checks.airports(source()), Checks.airports(target()));
    claims.same(
        "flights",
        Checks.flightsSince(source(), "-infinity"),
        Checks.flightsSince(target(), "-infinity"));
    claims.same(
        "requests",
        Checks.requestsSince(source(), "-infinity"),
        Checks.requestsSince(target(), "-infinity"));
    checkNoneFailed(claims);
  }

  /** Checks that no user was ever told of a failure. */
  void checkNoneFailed(Claims claims) {
    List<String> failures = answers.failures();
    claims.that(
        failures.isEmpty(),
        "%d requests failed, such as: %s",
        failures.size(),
        failures.stream().findFirst().orElse(""));
  }

  /** Where the page goes that shows what was damaged. */
  Path report() {
    return report;
  }

  @Override
  public void close() {
    if (app != null) {
      app.close();
    }
    servers.close();
  }
}
