package io.dualwrite.testing;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The two databases of one test, fresh and empty, and what a test does with both: run SQL, and
 * compare the sides without any code of the product.
 *
 * <p>All methods may be called from any thread while the test runs.
 */
public final class TestDatabases {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int QUERY_SECONDS = 60;
  private static final long POLL_NANOS = 20_000_000;

  private final PostgresServer sourceServer;
  private final PostgresServer targetServer;
  private final String name;
  private final LeakCheck leaks = new LeakCheck();
  private final DataSource source;
  private final DataSource target;

  TestDatabases(PostgresServer sourceServer, PostgresServer targetServer, String name) {
    this.sourceServer = sourceServer;
    this.targetServer = targetServer;
    this.name = name;
    this.source = leaks.watch(sourceServer.dataSource(name));
    this.target = leaks.watch(targetServer.dataSource(name));
  }

  /** Connections to the source database; the test fails if any of them is left open. */
  public DataSource source() {
    return source;
  }

  /** Connections to the target database; the test fails if any of them is left open. */
  public DataSource target() {
    return target;
  }

  /** The source through a proxy in front of its server, leak-checked as {@link #source()} is. */
  public DataSource sourceThrough(TcpProxy proxy) {
    return leaks.watch(through(proxy, sourceServer));
  }

  /** The target through a proxy in front of its server, leak-checked as {@link #target()} is. */
  public DataSource targetThrough(TcpProxy proxy) {
    return leaks.watch(through(proxy, targetServer));
  }

  /**
   * The source through a pooler in front of its server, leak-checked, without prepared statements
   * that the server keeps.
   */
  public DataSource sourceThrough(TransactionPooler pooler) {
    return leaks.watch(behindPooler(pooler.jdbcUrl(name), sourceServer));
  }

  /** The source through PgBouncer, likewise. */
  public DataSource sourceThrough(PgBouncer pooler) {
    return leaks.watch(behindPooler(pooler.jdbcUrl(name), sourceServer));
  }

  /** The target likewise. */
  public DataSource targetThrough(TransactionPooler pooler) {
    return leaks.watch(behindPooler(pooler.jdbcUrl(name), targetServer));
  }

  /** The target through PgBouncer, likewise. */
  public DataSource targetThrough(PgBouncer pooler) {
    return leaks.watch(behindPooler(pooler.jdbcUrl(name), targetServer));
  }

  /** The source's URL with user and password, as {@link java.sql.DriverManager} takes it. */
  public String sourceUrl() {
    return urlWithCredentials(sourceServer);
  }

  /** The target's URL with user and password, as {@link java.sql.DriverManager} takes it. */
  public String targetUrl() {
    return urlWithCredentials(targetServer);
  }

  /** The name of the database, the same on both sides. */
  public String database() {
    return name;
  }

  public String username() {
    return sourceServer.username();
  }

  public String password() {
    return sourceServer.password();
  }

  public PostgresServer sourceServer() {
    return sourceServer;
  }

  public PostgresServer targetServer() {
    return targetServer;
  }

  /**
   * Runs statements one after the other on one auto-commit connection. One that takes a minute is
   * cancelled: it waits for a lock that the test itself holds.
   */
  public void execute(DataSource side, String... statements) throws SQLException {
    try (Connection connection = side.getConnection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(QUERY_SECONDS);
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Runs the same statements on both sides, say to create tables. */
  public void executeOnBoth(String... statements) throws SQLException {
    execute(source, statements);
    execute(target, statements);
  }

  /** The rows of a query as text, in its order; SQL's null is null. */
  public List<List<@Nullable String>> query(DataSource side, String sql) throws SQLException {
    try (Connection connection = side.getConnection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(QUERY_SECONDS);
      try (ResultSet result = statement.executeQuery(sql)) {
        return rows(result);
      }
    }
  }

  /** The one value of a query as text. */
  public @Nullable String queryValue(DataSource side, String sql) throws SQLException {
    List<List<@Nullable String>> rows = query(side, sql);
    if (rows.size() != 1 || rows.get(0).size() != 1) {
      throw new AssertionError("one row of one column was expected, not " + rows + ": " + sql);
    }
    return rows.get(0).get(0);
  }

  /** Fails unless a query gives the same rows, as text and in any order, on both sides. */
  public void assertSameRows(String sql) throws SQLException {
    assertSameRows(sql, sql);
  }

  /** Fails unless two queries, one per side, give the same rows, as text and in any order. */
  public void assertSameRows(String sourceSql, String targetSql) throws SQLException {
    RowDifference difference = difference(sourceSql, targetSql);
    if (!difference.isEmpty()) {
      throw new AssertionError(difference.describe(sourceSql, targetSql));
    }
  }

  /** Waits until {@link #assertSameRows(String)} holds; fails as that does after a minute. */
  public void awaitSameRows(String sql) throws SQLException {
    awaitSameRows(sql, sql);
  }

  /** Waits until both queries give the same rows; fails after a minute. */
  public void awaitSameRows(String sourceSql, String targetSql) throws SQLException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      if (difference(sourceSql, targetSql).isEmpty()) {
        return;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    assertSameRows(sourceSql, targetSql);
  }

  LeakCheck leaks() {
    return leaks;
  }

  private RowDifference difference(String sourceSql, String targetSql) throws SQLException {
    // The target first: what is written meanwhile is then missing, not extra, on the target.
    List<List<@Nullable String>> targetRows = query(target, targetSql);
    return RowDifference.between(query(source, sourceSql), targetRows);
  }

  private static List<List<@Nullable String>> rows(ResultSet result) throws SQLException {
    int columns = result.getMetaData().getColumnCount();
    List<List<@Nullable String>> rows = new ArrayList<>();
    while (result.next()) {
      List<@Nullable String> row = new ArrayList<>(columns);
      for (int column = 1; column <= columns; column++) {
        row.add(result.getString(column));
      }
      rows.add(row);
    }
    return rows;
  }

  private DataSource through(TcpProxy proxy, PostgresServer server) {
    return behind(proxy.jdbcUrl(name), server);
  }

  private static DataSource behindPooler(String url, PostgresServer server) {
    PGSimpleDataSource dataSource = behind(url, server);
    dataSource.setPrepareThreshold(0);
    return dataSource;
  }

  private static PGSimpleDataSource behind(String url, PostgresServer server) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    dataSource.setUser(server.username());
    dataSource.setPassword(server.password());
    return dataSource;
  }

  private String urlWithCredentials(PostgresServer server) {
    return server.jdbcUrl(name)
        + "?user="
        + URLEncoder.encode(server.username(), StandardCharsets.UTF_8)
        + "&password="
        + URLEncoder.encode(server.password(), StandardCharsets.UTF_8);
  }
}
