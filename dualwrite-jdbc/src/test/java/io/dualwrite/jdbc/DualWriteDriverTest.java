package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

@WithDatabases
class DualWriteDriverTest {
  private static final String ALL = "SELECT * FROM item ORDER BY id";
  private static final String NOBODY = "jdbc:postgresql://127.0.0.1:1/none";
  private final TestDatabases dbs;

  DualWriteDriverTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, name text)");
  }

  @AfterEach
  void nothingIsLeft() {
    SharedMigrations.OF_PROCESS.closeUnused();
    assertThat(SharedMigrations.OF_PROCESS.size()).isZero();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(
                        t ->
                            t.getName().startsWith("dualwrite-delivery")
                                || t.getName().startsWith("dualwrite-default")));
    Awaitility.await().until(() -> sessions().equals("0"));
  }

  /**
   * Those of this library or of connections made by its driver; the asking one is named otherwise.
   */
  private String sessions() throws SQLException {
    return String.valueOf(
        dbs.queryValue(
            dbs.source(),
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name LIKE 'dualwrite%'"));
  }

  private String direct(String more) {
    return direct(dbs.targetUrl(), more);
  }

  private String direct(String target, String more) {
    return dbs.sourceUrl().replace("jdbc:", "jdbc:dualwrite:")
        + "&dualwrite.target="
        + URLEncoder.encode(target, StandardCharsets.UTF_8)
        + more;
  }

  private Path yaml(Path directory, String more) throws Exception {
    return Files.writeString(
        directory.resolve("dualwrite.yaml"),
        "migration: of-file\nsource: {url: '"
            + dbs.sourceUrl()
            + "'}\ntarget: {url: '"
            + dbs.targetUrl()
            + "'}\n"
            + more);
  }

  private static void insert(Connection connection, int id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate("INSERT INTO item VALUES (" + id + ", 'a')")).isEqualTo(1);
    }
  }

  @Test
  @Guarantee("G1")
  void aUrlIsAllThatAnApplicationChanges() throws Exception {
    try (Connection c = DriverManager.getConnection(direct(""))) {
      insert(c, 1);
      dbs.awaitSameRows(ALL);
      assertThat(c.unwrap(PGConnection.class).getBackendPID()).isPositive();
    }
  }

  @Test
  @Guarantee("G1")
  void whatIsPendingIsDeliveredWhenTheLastConnectionGoes() throws Exception {
    try (Connection c =
        DriverManager.getConnection(direct("&dualwrite.shutdown.drain-timeout=60s"))) {
      insert(c, 1);
    }
    SharedMigrations.OF_PROCESS.closeUnused();
    dbs.assertSameRows(ALL);
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
        .isEqualTo("0");
  }

  @Test
  void aFileIsReadWithItsSettingsReplaced(@TempDir Path directory) throws Exception {
    String url = "jdbc:dualwrite:" + yaml(directory, "failure-policy: RECOVER\n");
    Properties properties = new Properties();
    properties.setProperty("dualwrite.migration", "of-properties");
    properties.setProperty("dualwrite.journal.schema", "mine");
    properties.setProperty("ApplicationName", "mine");
    try (Connection c = DriverManager.getConnection(url, properties);
        Connection d =
            DriverManager.getConnection(
                url + "?dualwrite.delivery=SYNC&currentSchema=elsewhere,public")) {
      insert(c, 1);
      Awaitility.await()
          .until(() -> dbs.query(dbs.target(), ALL).equals(dbs.query(dbs.source(), ALL)));
      assertThat(SharedMigrations.OF_PROCESS.size()).isEqualTo(2);
      assertThat(one(c, "SHOW application_name")).isEqualTo("mine");
      assertThat(one(c, "SELECT migration FROM mine.control")).isEqualTo("of-properties");
      assertThat(one(d, "SHOW search_path")).isEqualTo("elsewhere,public");
      insert(d, 2);
    }
  }

  @Test
  void aRelativePathAndTheClassPathWork(@TempDir Path directory) throws Exception {
    Path relative = Path.of("").toAbsolutePath().relativize(yaml(directory, ""));
    try (Connection c = DriverManager.getConnection("jdbc:dualwrite:" + relative)) {
      insert(c, 1);
    }
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (java.net.URLClassLoader loader =
        new java.net.URLClassLoader(new java.net.URL[] {directory.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      try (Connection c = DriverManager.getConnection("jdbc:dualwrite:classpath:dualwrite.yaml")) {
        insert(c, 2);
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    dbs.awaitSameRows(ALL);
  }

  @Test
  void connectionsOfOneConfigurationShareWhatIsBehindThem() throws Exception {
    try (Connection a = DriverManager.getConnection(direct("&currentSchema=public"));
        Connection b = DriverManager.getConnection(direct("&options=-c%20work_mem=5MB"));
        Connection c =
            DriverManager.getConnection(
                direct("&dualwrite.migration=other&dualwrite.journal.schema=other"))) {
      assertThat(SharedMigrations.OF_PROCESS.size()).isEqualTo(2);
      assertThat(one(b, "SHOW work_mem")).isEqualTo("5MB");
      assertThat(one(a, "SHOW work_mem")).isNotEqualTo("5MB");
      insert(a, 1);
      insert(b, 2);
      insert(c, 3);
      dbs.awaitSameRows(ALL);
    }
  }

  @Test
  @Guarantee({"G1", "G2"})
  void whoeverMayWriteATableMayNameItsRows() throws Exception {
    dbs.executeOnBoth("CREATE ROLE writer_" + dbs.database() + " LOGIN PASSWORD 'w'");
    try {
      dbs.execute(dbs.source(), "GRANT SELECT, INSERT ON item TO writer_" + dbs.database());
      String writer =
          direct("")
              .replaceFirst("user=[^&]*", "user=writer_" + dbs.database())
              .replaceFirst("password=[^&]*", "password=w");
      try (Connection owner = DriverManager.getConnection(direct(""));
          Connection c = DriverManager.getConnection(writer)) {
        insert(owner, 1);
        insert(c, 2);
        assertThat(SharedMigrations.OF_PROCESS.size()).isEqualTo(1);
        try (Statement statement = owner.createStatement()) {
          statement.execute("SET ROLE writer_" + dbs.database());
          insert(owner, 3);
        }
        dbs.awaitSameRows(ALL);
        assertThat(dbs.query(dbs.target(), ALL)).hasSize(3);
      }
    } finally {
      for (var side : java.util.List.of(dbs.source(), dbs.target())) {
        dbs.execute(
            side, "DROP OWNED BY writer_" + dbs.database(), "DROP ROLE writer_" + dbs.database());
      }
    }
  }

  @Test
  void theDatabasesOwnerMayDeliverWhoeverMadeTheControlSchema() throws Exception {
    String owner = "owner_" + dbs.database();
    dbs.executeOnBoth(
        "CREATE ROLE " + owner + " LOGIN PASSWORD 'o'",
        "ALTER DATABASE " + dbs.database() + " OWNER TO " + owner,
        "ALTER TABLE item OWNER TO " + owner);
    try {
      try (Connection superuser = DriverManager.getConnection(direct(""))) {
        insert(superuser, 1);
      }
      SharedMigrations.OF_PROCESS.closeUnused();
      String ofOwner =
          direct(
                  dbs.targetUrl()
                      .replaceFirst("user=[^&]*&password=.*", "user=" + owner + "&password=o"),
                  "")
              .replaceFirst("user=[^&]*", "user=" + owner)
              .replaceFirst("password=[^&]*", "password=o");
      try (Connection c = DriverManager.getConnection(ofOwner)) {
        insert(c, 2);
        dbs.awaitSameRows(ALL);
        Awaitility.await()
            .until(() -> one(c, "SELECT count(*) FROM dualwrite.journal").equals("0"));
      }
      SharedMigrations.OF_PROCESS.closeUnused();
    } finally {
      for (var side : java.util.List.of(dbs.source(), dbs.target())) {
        dbs.execute(
            side,
            "REASSIGN OWNED BY " + owner + " TO postgres",
            "DROP OWNED BY " + owner,
            "DROP ROLE " + owner);
      }
    }
  }

  @Test
  @Guarantee("G1")
  void whatIsPendingIsDeliveredWhenTheApplicationEnds() throws Exception {
    try (ChildJvm app =
        ChildJvm.of(EndingApp.class)
            .arguments(direct("&dualwrite.shutdown.drain-timeout=60s"))
            .start()) {
      assertThat(app.await(Duration.ofMinutes(3))).isZero();
      assertThat(dbs.query(dbs.target(), ALL)).as("%s", app.output()).hasSize(500);
    }
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
        .isEqualTo("0");
  }

  @Test
  void dualwritesOwnConnectionsUseTheApplicationsSocketFactory() throws Exception {
    String url = direct("&socketFactory=" + NamedSocketFactory.class.getName());
    Properties properties = new Properties();
    properties.setProperty("cloudInstance", "project:region:a");
    try (Connection c = DriverManager.getConnection(url, properties)) {
      insert(c, 1);
      dbs.awaitSameRows(ALL);
    }
    assertThat(NamedSocketFactory.INSTANCES).hasSizeGreaterThan(1).containsOnly("project:region:a");
  }

  @Test
  void aSourceThatIsGoneHoldsUpNobodyWhoEnds() throws Exception {
    SharedMigrations migrations = new SharedMigrations(Duration.ofMinutes(1));
    DualWriteDriver driver = new DualWriteDriver(migrations);
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.sourceServer())) {
      String url =
          direct("&dualwrite.shutdown.drain-timeout=60s")
              .replace(":" + dbs.sourceServer().port() + "/", ":" + proxy.port() + "/");
      try (Connection c = driver.connect(url, new Properties())) {
        insert(c, 1);
      }
      proxy.refuse();
      proxy.cut();
      long before = System.nanoTime();
      migrations.closeAll();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
      proxy.forward();
      Awaitility.await().until(() -> migrations.size() == 0);
    }
  }

  @Test
  void aConnectionThatOnlyReadsStartsNothing() throws Exception {
    try (Connection c = DriverManager.getConnection(direct(""))) {
      assertThat(c.isValid(1)).isTrue();
      assertThat(one(c, "SELECT 1")).isEqualTo("1");
      assertThat(sessions()).isEqualTo("0");
      c.setAutoCommit(false);
      assertThat(one(c, "SELECT 'a' UNION SELECT name FROM item")).isEqualTo("a");
      insert(c, 1);
      c.commit();
      dbs.awaitSameRows(ALL);
    }
  }

  @Test
  void aSharedMigrationOutlivesAMomentWithoutConnections() throws Exception {
    SharedMigrations migrations = new SharedMigrations(Duration.ofSeconds(3));
    DualWriteDriver driver = new DualWriteDriver(migrations);
    String url = direct("&dualwrite.shutdown.drain-timeout=60s");
    for (int i = 0; i < 3; i++) {
      try (Connection c = driver.connect(url, new Properties())) {
        insert(c, i);
      }
      assertThat(migrations.size()).isEqualTo(1);
    }
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.instances"))
        .isEqualTo("1");
    Awaitility.await().until(() -> migrations.size() == 0);
    dbs.assertSameRows(ALL);
  }

  @Test
  void aConnectionThatIsAbortedCountsNoMore() throws Exception {
    Connection c = DriverManager.getConnection(direct(""));
    c.abort(Runnable::run);
    c.close();
    SharedMigrations.OF_PROCESS.closeUnused();
    assertThat(SharedMigrations.OF_PROCESS.size()).isZero();
  }

  @Test
  void aPoolTakesTheDriver() throws Exception {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setDriverClassName("io.dualwrite.jdbc.DualWriteDriver");
      pool.setJdbcUrl(direct(""));
      pool.setMaximumPoolSize(3);
      pool.addDataSourceProperty("dualwrite.delivery", "SYNC");
      pool.addDataSourceProperty("reWriteBatchedInserts", "true");
      try (Connection c = pool.getConnection();
          var insert = c.prepareStatement("INSERT INTO item VALUES (?, 'b')")) {
        for (int i = 0; i < 20; i++) {
          insert.setInt(1, i);
          insert.addBatch();
        }
        assertThat(insert.executeBatch()).hasSize(20);
      }
      dbs.awaitSameRows(ALL);
    }
  }

  @Test
  @Guarantee("G6")
  void aTargetThatIsDownIsNotNoticed() throws Exception {
    String url = direct(NOBODY, "&dualwrite.secondary.timeout=60s");
    try (Connection c = DriverManager.getConnection(url)) {
      long before = System.nanoTime();
      insert(c, 1);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
      assertThat(one(c, "SELECT count(*) FROM dualwrite.journal")).isEqualTo("1");
    }
  }

  @Test
  @Guarantee("G9")
  void theKillSwitchIsObeyed(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("off"));
    String url =
        direct("&dualwrite.kill-switch.poll-interval=10ms&dualwrite.kill-switch.file=" + file);
    try (Connection c = DriverManager.getConnection(url)) {
      Awaitility.await().until(() -> !one(c, "SELECT count(*) FROM dualwrite.gaps").equals("0"));
      insert(c, 1);
      assertThat(one(c, "SELECT count(*) FROM dualwrite.journal")).isEqualTo("0");
      Files.delete(file);
      Awaitility.await()
          .until(
              () -> one(c, "SELECT count(*) FROM dualwrite.gaps WHERE until IS NULL").equals("0"));
      insert(c, 2);
      Awaitility.await()
          .until(() -> dbs.query(dbs.target(), "SELECT id FROM item").toString().equals("[[2]]"));
    }
  }

  @Test
  void withTheTargetAloneItAnswers() throws Exception {
    String url = direct("&dualwrite.phase=TARGET_ONLY&ApplicationName=mine");
    try (Connection c = DriverManager.getConnection(url)) {
      insert(c, 1);
      assertThat(dbs.query(dbs.target(), ALL)).hasSize(1);
      assertThat(dbs.query(dbs.source(), ALL)).isEmpty();
      assertThat(one(c, "SHOW application_name")).isEqualTo("mine");
    }
  }

  @Test
  @Guarantee("G7")
  void whereTheSourceCannotBeReachedTheDriversOwnExceptionComes() {
    for (String url :
        new String[] {
          NOBODY,
          dbs.sourceUrl().replace(dbs.database(), "none"),
          "jdbc:postgresql://nobody.invalid/a"
        }) {
      SQLException bare = failure(url);
      SQLException wrapped =
          failure(
              url.replace("jdbc:", "jdbc:dualwrite:")
                  + (url.contains("?") ? "&" : "?")
                  + "dualwrite.target="
                  + URLEncoder.encode(NOBODY, StandardCharsets.UTF_8));
      assertThat((Throwable) wrapped)
          .hasMessage(bare.getMessage())
          .isExactlyInstanceOf(bare.getClass());
      assertThat(wrapped.getSQLState()).isEqualTo(bare.getSQLState());
    }
    SharedMigrations.OF_PROCESS.closeUnused();
    assertThat(SharedMigrations.OF_PROCESS.size()).isZero();
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    assertFailure(dbs.sourceUrl().replace("jdbc:", "jdbc:dualwrite:"))
        .hasMessageStartingWith("dualwrite.target is missing")
        .hasFieldOrPropertyWithValue("SQLState", "08001");
    assertFailure(direct("&dualwrite.failure-polic=STRICT"))
        .hasMessageContaining("connection properties dualwrite.*: unknown key failure-polic.")
        .hasMessageContaining("Did you mean failure-policy?")
        .hasMessageContaining("Allowed here: migration, ");
    assertFailure(direct("&dualwrite.failure-policy=LOOSE"))
        .hasMessageContaining("failure-policy must be one of BEST_EFFORT, RECOVER, STRICT");
    assertFailure(direct("&dualwrite.secondary.timeout=%zz"))
        .hasMessageStartingWith("dualwrite.secondary.timeout in the URL is not URL-encoded");
    assertFailure("jdbc:dualwrite:/none/there.yaml")
        .hasMessage("no configuration file /none/there.yaml");
    try (Connection c = DriverManager.getConnection(direct("&dualwrite.phase=TARGET_PRIMARY"))) {
      assertThatThrownBy(() -> insert(c, 1))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("TARGET_PRIMARY is not supported");
    }
    assertThat(dbs.query(dbs.source(), ALL)).isEmpty();
    SQLException odd =
        failure("jdbc:dualwrite:postgresql://host:x/a?password=hidden&dualwrite.target=x");
    assertThat(odd.getMessage()).contains("not a URL").doesNotContain("hidden");
    assertThat(new DualWriteDriver().connect("jdbc:other:x", new Properties())).isNull();
  }

  @Test
  void theMetadataIsThatOfTheDriverBelow() throws Exception {
    try (Connection bare = DriverManager.getConnection(dbs.sourceUrl());
        Connection c = DriverManager.getConnection(direct(""))) {
      assertThat(c.getMetaData().getURL()).isEqualTo(bare.getMetaData().getURL());
      assertThat(c.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
      assertThat(c.getMetaData().getDriverName()).isEqualTo(bare.getMetaData().getDriverName());
    }
  }

  @Test
  void aTurkishLocaleChangesNothing() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try (Connection c =
        DriverManager.getConnection(
            direct("&dualwrite.unmirrored=IGNORE&dualwrite.phase=SOURCE_PRIMARY"))) {
      insert(c, 1);
      dbs.awaitSameRows(ALL);
    } finally {
      Locale.setDefault(before);
    }
  }

  private static AbstractThrowableAssert<?, ?> assertFailure(String url) {
    return assertThat((Throwable) failure(url));
  }

  private static SQLException failure(String url) {
    return org.assertj.core.api.Assertions.catchThrowableOfType(
        SQLException.class, () -> DriverManager.getConnection(url).close());
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }
}
