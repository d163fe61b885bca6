package io.dualwrite.sample;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.DualWriteDataSource;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;

/**
 * The application: {@code App <url> <username> <password>} as it was before the migration, {@code
 * App dualwrite.yaml} since.
 *
 * <p>It is told what to do on standard input ({@code go N}: so many requests a second, 0 for as
 * many as are answered; {@code pause}; {@code stop}) and answers on standard output as {@link
 * Traffic} says.
 */
public final class App {
  private static final int WRITERS = 8;
  private static final int FLIGHTS_OF_WRITER = 200;
  private static final int SCHEDULE = 40_000;
  private static final int ORPHANED = 99;

  private App() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 1) {
      try (DualWriteDataSource both = DualWriteDataSource.fromYaml(Path.of(args[0]))) {
        serve(both);
      }
    } else {
      try (HikariDataSource source = pool(args[0], args[1], args[2])) {
        serve(source);
      }
    }
  }

  private static HikariDataSource pool(String url, String username, String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(username);
    config.setPassword(password);
    config.setMaximumPoolSize(20);
    return new HikariDataSource(config);
  }

  private static void serve(DataSource dataSource)
      throws SQLException, IOException, InterruptedException {
    // Unbuffered: a line that was written is out, even if this process is killed right after it.
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Traffic traffic = new Traffic(writers(new FlightRepository(dataSource)), answers)) {
      answers.println("ready");
      while (true) {
        String command = commands.readLine();
        if (command == null) {
          // Whoever gave the commands is gone, and nobody waits for an answer.
          Runtime.getRuntime().halt(ORPHANED);
          return;
        }
        String[] words = command.split(" ", 2);
        switch (words[0]) {
          case "go" -> traffic.go(Integer.parseInt(words[1]));
          case "pause" -> {
            traffic.pause();
            answers.println("paused");
          }
          case "stop" -> {
            return;
          }
          default ->
              throw new IllegalArgumentException(
                  "go N, pause and stop are understood, not: " + command);
        }
      }
    }
  }

  private static List<Writer> writers(FlightRepository repository) throws SQLException {
    List<Long> flights = repository.latest(WRITERS * FLIGHTS_OF_WRITER);
    List<Flight> schedule = FlightData.schedule(SCHEDULE);
    List<Writer> writers = new ArrayList<>();
    int share = flights.size() / WRITERS;
    for (int i = 0; i < WRITERS; i++) {
      List<Long> own = flights.subList(i * share, (i + 1) * share);
      writers.add(
          new Writer(
              repository,
              schedule.subList(i * SCHEDULE / WRITERS, (i + 1) * SCHEDULE / WRITERS),
              own,
              new Random(i)));
    }
    return writers;
  }
}
