package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.shadow.QueryAnswer;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PGobject;

/** Parameters of every kind mean the same when a read is repeated on other connections. */
@WithDatabases
class ShadowParametersTest {
  private static final UUID ID = UUID.fromString("0a0a0a0a-0000-4000-8000-000000000001");
  private final TestDatabases dbs;
  private final List<QueryAnswer> answers = new CopyOnWriteArrayList<>();

  ShadowParametersTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  interface Setter {
    void set(PreparedStatement statement) throws SQLException;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE TABLE item (id int PRIMARY KEY, b bool, s int2, l int8, n numeric, r float4, d float8, t text, y bytea,"
            + " dt date, tm time, ts timestamp, tz timestamptz, u uuid, j jsonb, m mood, ia int[], ta text[], ma mood[])",
        "INSERT INTO item VALUES (1, true, 2, 3, 4.50, 1.5, 2.5, 'text', '\\x00ff', '2024-02-29', '12:34:56', '2024-02-29 01:02:03.004',"
            + " '2024-02-29 01:02:03.004+00', '"
            + ID
            + "', '{\"a\": 1}', 'glad', '{1,2}', '{a,\"b c\",NULL}', '{sad,glad}')",
        "INSERT INTO item (id) VALUES (2)");
  }

  private static PGobject object(String type, String value) throws SQLException {
    PGobject object = new PGobject();
    object.setType(type);
    object.setValue(value);
    return object;
  }

  private static Map<String, Setter> setters(Connection c) {
    Calendar tokyo = Calendar.getInstance(TimeZone.getTimeZone("Asia/Tokyo"));
    OffsetDateTime at = OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 4_000_000, ZoneOffset.UTC);
    Map<String, Setter> setters = new LinkedHashMap<>();
    setters.put("b = ?", s -> s.setBoolean(1, true));
    setters.put("s = ? /* short */", s -> s.setShort(1, (short) 2));
    setters.put("s = ? /* byte */", s -> s.setByte(1, (byte) 2));
    setters.put("id = ? /* int */", s -> s.setInt(1, 1));
    setters.put("id = ? /* object of a type */", s -> s.setObject(1, "1", Types.INTEGER));
    setters.put("n = ? /* scale */", s -> s.setObject(1, new BigDecimal("4.50"), Types.NUMERIC, 2));
    setters.put("l = ?", s -> s.setLong(1, 3));
    setters.put("n = ?", s -> s.setBigDecimal(1, new BigDecimal("4.5")));
    setters.put("r = ?", s -> s.setFloat(1, 1.5f));
    setters.put("d = ?", s -> s.setDouble(1, 2.5));
    setters.put("t = ?", s -> s.setString(1, "text"));
    setters.put("y = ?", s -> s.setBytes(1, new byte[] {0, -1}));
    setters.put("dt = ?", s -> s.setDate(1, Date.valueOf("2024-02-29")));
    setters.put("dt = ? /* local */", s -> s.setObject(1, LocalDate.of(2024, 2, 29)));
    setters.put("tm = ?", s -> s.setTime(1, Time.valueOf("12:34:56")));
    setters.put("tm = ? /* local */", s -> s.setObject(1, LocalTime.of(12, 34, 56)));
    setters.put("ts = ?", s -> s.setTimestamp(1, Timestamp.valueOf("2024-02-29 01:02:03.004")));
    setters.put(
        "ts = ? /* local */",
        s -> s.setObject(1, LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4_000_000)));
    setters.put("tz = ?", s -> s.setObject(1, at));
    setters.put(
        "tz = ? /* calendar */", s -> s.setTimestamp(1, Timestamp.from(at.toInstant()), tokyo));
    setters.put("u = ?", s -> s.setObject(1, ID));
    setters.put("j = ?", s -> s.setObject(1, object("jsonb", "{\"a\": 1}")));
    setters.put("m = ?::mood", s -> s.setString(1, "glad"));
    setters.put("m = ? /* object */", s -> s.setObject(1, object("mood", "glad")));
    setters.put("m = ? /* other */", s -> s.setObject(1, "glad", Types.OTHER));
    setters.put("ia = ?", s -> s.setArray(1, c.createArrayOf("int4", new Object[] {1, 2})));
    setters.put("id = ANY (?)", s -> s.setArray(1, c.createArrayOf("int4", new Object[] {1, 7})));
    setters.put(
        "ta = ?", s -> s.setArray(1, c.createArrayOf("text", new Object[] {"a", "b c", null})));
    setters.put(
        "ta = ?::text[] /* object */", s -> s.setObject(1, new String[] {"a", "b c", null}));
    setters.put(
        "ma = ?", s -> s.setArray(1, c.createArrayOf("mood", new Object[] {"sad", "glad"})));
    setters.put("coalesce(?, id) = 1 AND id = 1", s -> s.setNull(1, Types.INTEGER));
    return setters;
  }

  @Test
  void whatWasBoundIsBoundAgain() throws Exception {
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection()) {
      ShadowBed.read(c, "SELECT id FROM item");
      bed.await("match", 1);
      int compared = 1;
      for (Map.Entry<String, Setter> parameter : setters(c).entrySet()) {
        answers.clear();
        assertThat(rows(c, parameter.getKey(), parameter.getValue()))
            .as(parameter.getKey())
            .isEqualTo(1);
        bed.await("match", ++compared);
        assertThat(answers)
            .as(parameter.getKey())
            .extracting(QueryAnswer::rows)
            .containsExactly(1L);
      }
    }
  }

  @Test
  void aStreamIsReadOnceAndByTheApplication() throws Exception {
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection()) {
      assertThat(rows(c, "t = ?", s -> s.setCharacterStream(1, new StringReader("text"))))
          .isEqualTo(1);
      assertThat(ShadowBed.read(c, "SELECT id FROM item")).isEqualTo(2);
      bed.await("match", 1);
      assertThat(answers).extracting(QueryAnswer::rows).containsExactly(2L);
    }
  }

  @Test
  void whatTheApplicationChangesAfterwardsChangesNothing() throws Exception {
    try (ShadowBed bed = open();
        Connection c = bed.ds.getConnection();
        PreparedStatement select = c.prepareStatement("SELECT id FROM item WHERE id = ?")) {
      for (int i = 1; i <= 3; i++) {
        select.setInt(1, i);
        select.executeQuery().close();
      }
      select.setInt(1, 99);
      bed.await("match", 3);
      assertThat(answers).extracting(QueryAnswer::rows).containsExactlyInAnyOrder(1L, 1L, 0L);
    }
  }

  private ShadowBed open() throws SQLException {
    return new ShadowBed(
        dbs,
        dbs.source(),
        dbs.target(),
        b ->
            b.shadowComparator(
                (query, one, other) -> {
                  answers.add((QueryAnswer) one);
                  return one.equals(other);
                }));
  }

  private static long rows(Connection c, String where, Setter setter) throws SQLException {
    try (PreparedStatement select = c.prepareStatement("SELECT * FROM item WHERE " + where)) {
      setter.set(select);
      long rows = 0;
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows++;
        }
      }
      return rows;
    }
  }
}
