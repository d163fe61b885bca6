package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.QueryText;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.shadow.QueryAnswer;
import io.dualwrite.jdbc.shadow.ShadowReads;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which queries both servers are found to answer alike, and how far they are compared. */
@WithDatabases
class ShadowEligibilityTest {
  private final TestDatabases dbs;
  private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
  private final List<QueryAnswer> answers = new CopyOnWriteArrayList<>();
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger =
      (Logger) LoggerFactory.getLogger(ShadowReads.class.getPackageName());

  ShadowEligibilityTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void listen() throws SQLException {
    appender.list = logged;
    logger.setLevel(Level.DEBUG);
    appender.start();
    logger.addAppender(appender);
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY, name text, f float8)",
        "INSERT INTO item SELECT i, 'name ' || i, i / 3.0 FROM generate_series(1, 20) i",
        "CREATE TABLE renamed (id int PRIMARY KEY, a int)",
        "CREATE TABLE ignoring (id int PRIMARY KEY, loaded_at timestamptz)",
        "CREATE TABLE retyped (id int PRIMARY KEY, v numeric)",
        "CREATE TABLE best (id int PRIMARY KEY)",
        "CREATE TABLE outside (id int PRIMARY KEY)",
        "CREATE VIEW plain_view AS SELECT i.id, i.name FROM item i WHERE i.id > 3",
        "CREATE VIEW timely_view AS SELECT id FROM item WHERE now() > '2000-01-01'",
        "CREATE MATERIALIZED VIEW stored AS SELECT id FROM item",
        "CREATE FUNCTION reads() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM item'",
        "CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 2 * $1'");
    dbs.execute(dbs.target(), "ALTER TABLE renamed RENAME a TO b");
    dbs.execute(dbs.target(), "ALTER TABLE retyped ALTER v TYPE text");
  }

  @AfterEach
  void quiet() {
    logger.detachAppender(appender);
    logger.setLevel(null);
  }

  private ShadowBed open() throws SQLException {
    ShadowBed bed =
        new ShadowBed(
            ShadowBed.config(ShadowBed.LONG)
                .tables(
                    new TablesConfig(
                        List.of("*.*"),
                        List.of("public.outside"),
                        Map.of(
                            "public.renamed",
                            TableOverride.builder().columns(Map.of("a", "b")).build(),
                            "public.ignoring",
                            TableOverride.builder().ignoreColumns("loaded_at").build(),
                            "public.best",
                            TableOverride.builder()
                                .failurePolicy(FailurePolicy.BEST_EFFORT)
                                .build())))
                .build(),
            dbs.source(),
            dbs.target(),
            b ->
                b.shadowComparator(
                    (query, one, other) -> {
                      answers.add((QueryAnswer) one);
                      return one.equals(other);
                    }));
    bed.awaitLane("public.item");
    return bed;
  }

  private void refused(ShadowBed bed, String sql) throws SQLException {
    logged.clear();
    bed.read(sql);
    String name = "shadow read " + QueryText.of(sql).orElseThrow().fingerprint();
    Awaitility.await(sql)
        .until(
            () ->
                logged.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .anyMatch(m -> m.startsWith(name) && m.contains("is not compared")));
  }

  @Test
  void whatDoesNotMeanTheSameRowsIsNotCompared() throws Exception {
    try (ShadowBed bed = open()) {
      refused(bed, "SELECT random() FROM item");
      refused(bed, "SELECT id FROM item WHERE gen_random_uuid() IS NOT NULL");
      refused(bed, "SELECT reads() FROM item");
      refused(bed, "SELECT 1");
      refused(bed, "SELECT * FROM outside");
      refused(bed, "SELECT * FROM item JOIN outside USING (id)");
      refused(bed, "SELECT id FROM renamed");
      refused(bed, "SELECT id FROM ignoring");
      refused(bed, "SELECT id FROM retyped");
      refused(bed, "SELECT id FROM best");
      refused(bed, "SELECT id FROM timely_view");
      refused(bed, "SELECT id FROM stored");
      assertThat(bed.ended()).isZero();
      assertThat(answers).isEmpty();
    }
  }

  @Test
  void theRestIsComparedAsFarAsItsAnswerIsFixed() throws Exception {
    try (ShadowBed bed = open()) {
      compared(bed, "SELECT * FROM item", QueryAnswer.Compared.ROWS);
      compared(bed, "SELECT id FROM item ORDER BY id", QueryAnswer.Compared.ORDER);
      compared(bed, "SELECT id FROM item ORDER BY name", QueryAnswer.Compared.ROWS);
      compared(bed, "SELECT id FROM item ORDER BY id LIMIT 4", QueryAnswer.Compared.ORDER);
      compared(bed, "SELECT id FROM item ORDER BY name LIMIT 4", QueryAnswer.Compared.COUNT);
      compared(bed, "SELECT id FROM item LIMIT 4", QueryAnswer.Compared.COUNT);
      compared(bed, "SELECT array_agg(id) FROM item", QueryAnswer.Compared.COUNT);
      compared(bed, "SELECT twice(id) FROM item ORDER BY id", QueryAnswer.Compared.ORDER);
      compared(
          bed,
          "SELECT unnest(ARRAY[1, 2]) FROM item ORDER BY id LIMIT 3",
          QueryAnswer.Compared.COUNT);
      compared(bed, "SELECT * FROM plain_view ORDER BY id", QueryAnswer.Compared.ROWS);
      compared(bed, "SELECT id, sum(id) FROM item GROUP BY id", QueryAnswer.Compared.ROWS);
      compared(bed, "SELECT sum(f) FROM item", QueryAnswer.Compared.COUNT);
    }
  }

  private void compared(ShadowBed bed, String sql, QueryAnswer.Compared how) throws SQLException {
    int before = (int) bed.count("match");
    answers.clear();
    bed.read(sql);
    bed.await("match", before + 1);
    assertThat(answers).singleElement().extracting(QueryAnswer::compared).as(sql).isEqualTo(how);
  }

  @Test
  void namesMeanWhatTheyMeanInTheSession() throws Exception {
    dbs.executeOnBoth(
        "CREATE SCHEMA app",
        "CREATE TABLE app.item (id int PRIMARY KEY)",
        "INSERT INTO app.item VALUES (1), (2)");
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection();
        Statement s = c.createStatement()) {
      bed.awaitLane("app.item");
      assertThat(ShadowBed.read(c, "SELECT id FROM item")).isEqualTo(20);
      bed.await("match", 1);
      s.execute("SET search_path = app");
      assertThat(ShadowBed.read(c, "SELECT id FROM item")).isEqualTo(2);
      bed.await("match", 2);
      assertThat(answers).extracting(QueryAnswer::rows).containsExactly(20L, 2L);
      s.execute("CREATE TEMPORARY TABLE item (id int)");
      assertThat(ShadowBed.read(c, "SELECT id FROM item")).isZero();
      s.execute("DROP TABLE pg_temp.item");
      s.execute("SET search_path = public");
      assertThat(bed.ended()).isEqualTo(2);
    }
  }

  @Test
  void theSessionsTimeZoneIsTheQuerys() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE event (id int PRIMARY KEY, at timestamptz)",
        "INSERT INTO event VALUES (1, '2024-01-01 23:30:00Z'), (2, '2024-01-01 12:00:00Z')");
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection();
        Statement s = c.createStatement()) {
      bed.awaitLane("public.event");
      for (String zone : List.of("UTC", "Asia/Tokyo")) {
        s.execute("SET TimeZone = '" + zone + "'");
        int rows = ShadowBed.read(c, "SELECT id FROM event WHERE at::date = DATE '2024-01-01'");
        answers.clear();
        int before = (int) bed.count("match");
        ShadowBed.read(c, "SELECT id FROM event WHERE at::date = DATE '2024-01-01' AND id > 0");
        Awaitility.await().until(() -> bed.count("match") >= before + 1);
        Awaitility.await()
            .untilAsserted(() -> assertThat(answers).isNotEmpty().allMatch(a -> a.rows() == rows));
        assertThat(rows).isEqualTo(zone.equals("UTC") ? 2 : 1);
        Awaitility.await().until(() -> bed.count("match") % 2 == 0);
      }
      s.execute("RESET TimeZone");
    }
  }

  @Test
  void aTableThatIsChangedIsLookedAtAgain() throws Exception {
    try (ShadowBed bed = open()) {
      bed.read("SELECT id FROM item");
      bed.await("match", 1);
      dbs.execute(dbs.source(), "ALTER TABLE item ADD extra int");
      Awaitility.await()
          .until(
              () -> {
                bed.read("SELECT id FROM item");
                return logged.stream()
                    .anyMatch(
                        e -> e.getFormattedMessage().contains("not mirrored column by column"));
              });
    }
  }

  @Test
  void ofVeryManyRowsOnlyTheNumberIsCompared() throws Exception {
    try (ShadowBed bed = open()) {
      compared(bed, "SELECT a.id FROM item a, item b, item c, item d", QueryAnswer.Compared.COUNT);
      assertThat(answers.get(0).rows()).isEqualTo(160_000);
    }
  }

  @Test
  void aSessionUnderAnotherRoleIsLeftAlone() throws Exception {
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection();
        Statement s = c.createStatement()) {
      s.execute("GRANT SELECT ON item TO pg_monitor");
      s.execute("SET ROLE pg_monitor");
      ShadowBed.read(c, "SELECT id FROM item");
      s.execute("RESET ROLE");
      Awaitility.await()
          .until(
              () ->
                  logged.stream()
                      .anyMatch(e -> e.getFormattedMessage().contains("has another role")));
      assertThat(bed.ended()).isZero();
    }
  }
}
