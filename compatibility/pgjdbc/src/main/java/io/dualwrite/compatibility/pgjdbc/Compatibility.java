package io.dualwrite.compatibility.pgjdbc;

import io.dualwrite.testing.EmbeddedPostgresServer;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs the suite twice, each time on servers of its own: on the bare driver and through dualwrite.
 * Prints what passes on the first and not on the second, and compares source and target in the end.
 * Ends with 1 if there is any.
 *
 * <p>Arguments: the folder of the suite, the folder for results, and a regular expression that
 * selects classes by a part of their names.
 */
public final class Compatibility {
  private static final String DATABASE = "test";

  private final Path suite;
  private final Path results;

  private Compatibility(Path suite, Path results) {
    this.suite = suite;
    this.results = results;
  }

  /** Runs it. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    Compatibility compatibility =
        new Compatibility(Path.of(arguments[0]).toAbsolutePath(), Path.of(arguments[1]));
    boolean same =
        compatibility.run(Pattern.compile(arguments.length > 2 ? arguments[2] : "").asPredicate());
    System.exit(same ? 0 : 1);
  }

  private boolean run(Predicate<String> selected)
      throws IOException, InterruptedException, SQLException {
    List<String> classes = classes().filter(selected).toList();
    Map<String, Outcome> bare = bare(classes);
    System.err.println(classes.size() + " test classes through dualwrite");
    try (PostgresServer source = server();
        PostgresServer target = server()) {
      String url = target.jdbcUrl(DATABASE) + "?user=test&password=test";
      Map<String, Outcome> wrapped =
          run(
              "wrapped",
              classes,
              source,
              "&dualwrite.target=" + URLEncoder.encode(url, StandardCharsets.UTF_8));
      boolean same = new Report(bare, wrapped).print(System.out);
      return TableComparison.print(source.dataSource(DATABASE), target.dataSource(DATABASE)) && same;
    }
  }

  /** Of the last run where the variable KEEP_BARE is set: the bare driver does not change. */
  private Map<String, Outcome> bare(List<String> classes)
      throws IOException, InterruptedException, SQLException {
    Path kept = results.resolve("bare.tsv");
    if (System.getenv("KEEP_BARE") != null && Files.exists(kept)) {
      Map<String, Outcome> outcomes = SuiteRun.read(kept);
      Predicate<String> selected =
          test -> classes.stream().anyMatch(c -> ("org.postgresql." + test).startsWith(c + "/"));
      outcomes.keySet().removeIf(selected.negate());
      return outcomes;
    }
    System.err.println(classes.size() + " test classes on the bare driver");
    try (PostgresServer server = server()) {
      return run("bare", classes, server, "");
    }
  }

  private Map<String, Outcome> run(
      String name, List<String> classes, PostgresServer server, String parameters)
      throws IOException, InterruptedException {
    Map<String, String> properties = new TreeMap<>();
    properties.put("build.properties.relative.path", suite.toString());
    properties.put("test.url.PGHOST", server.host());
    properties.put("test.url.PGPORT", String.valueOf(server.port()));
    properties.put("test.url.PGDBNAME", DATABASE);
    properties.put("user", "test");
    properties.put("password", "test");
    properties.put("privilegedUser", server.username());
    properties.put("privilegedPassword", server.password());
    properties.put("compatibility.prefix", parameters.isEmpty() ? "jdbc:" : "jdbc:dualwrite:");
    properties.put("compatibility.parameters", parameters);
    return new SuiteRun(suite, results.resolve(name + ".tsv"), properties).run(classes);
  }

  /** A server as the driver's authors set theirs up. */
  private static PostgresServer server() throws SQLException {
    PostgresServer server =
        EmbeddedPostgresServer.start(
            ServerOptions.forSpeed()
                .withSetting("max_prepared_transactions", "64")
                .withSetting("wal_level", "logical")
                .withSetting("max_wal_senders", "10")
                .withSetting("max_replication_slots", "10")
                .withSetting("track_commit_timestamp", "on"));
    try (Connection connection = server.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE test LOGIN PASSWORD 'test'");
      statement.execute("ALTER ROLE postgres PASSWORD '" + server.password() + "'");
      statement.execute("CREATE DATABASE test OWNER test");
    }
    try (Connection connection = server.dataSource(DATABASE).getConnection();
        Statement statement = connection.createStatement()) {
      for (String extension : List.of("hstore", "citext")) {
        statement.execute("CREATE EXTENSION " + extension);
      }
      statement.execute("ALTER SCHEMA public OWNER TO test");
      askForPasswords(statement);
    }
    return server;
  }

  private static void askForPasswords(Statement statement) throws SQLException {
    try (ResultSet file = statement.executeQuery("SHOW hba_file")) {
      file.next();
      Files.writeString(
          Path.of(file.getString(1)),
          "host all all 127.0.0.1/32 md5\nhost replication all 127.0.0.1/32 md5\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    statement.execute("SELECT pg_reload_conf()");
  }

  private Stream<String> classes() throws IOException {
    Path root = suite.resolve("test-classes");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith("Test.class") && !name.contains("$"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .toList()
          .stream();
    }
  }
}
