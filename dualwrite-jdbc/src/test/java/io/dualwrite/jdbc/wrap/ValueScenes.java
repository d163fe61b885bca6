package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.rows;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.postgresql.util.PGobject;

/** Values of every kind, descriptions of them, and result sets that change them. */
final class ValueScenes {
  private ValueScenes() {}

  static void values(Connection connection, List<Object> seen) throws SQLException {
    PGobject json = new PGobject();
    json.setType("jsonb");
    json.setValue("{\"a\": 1}");
    SQLXML xml = connection.createSQLXML();
    xml.setString("<a/>");
    Object[][] values = {
      {1, null, null, null, new Timestamp(1)},
      {
        2L,
        new byte[] {0, -1},
        json,
        connection.createArrayOf("text", new String[] {"a", "b"}),
        new Timestamp(0)
      },
      {
        new BigDecimal("3.0"),
        new ByteArrayInputStream(new byte[] {7, 8}),
        json,
        connection.createArrayOf("text", new Object[0]),
        OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 4000, ZoneOffset.ofHours(5))
      },
    };
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (qty, body, doc, tags, at) VALUES (?, ?, ?, ?, ?)")) {
      for (Object[] row : values) {
        insert.setObject(1, row[0], Types.INTEGER);
        if (row[1] instanceof ByteArrayInputStream stream) {
          insert.setBinaryStream(2, stream);
        } else {
          insert.setBytes(2, (byte[]) row[1]);
        }
        insert.setObject(3, row[2], Types.OTHER);
        insert.setArray(4, (java.sql.Array) row[3]);
        insert.setObject(5, row[4]);
        seen.add(insert.executeUpdate());
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders (code) VALUES (?), (?), (?)")) {
      insert.setCharacterStream(1, new StringReader("read"));
      insert.setAsciiStream(2, new ByteArrayInputStream(new byte[] {65}), 1);
      insert.setSQLXML(3, xml);
      failing(seen, insert::executeUpdate);
    }
    try (Statement statement = connection.createStatement()) {
      rows(statement.executeQuery("SELECT qty, body, doc, tags, at FROM orders ORDER BY id"), seen);
    }
  }

  static void metadata(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT id, code FROM orders");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO orders (code) VALUES (?)")) {
      seen.add(select.getMetaData().getTableName(1));
      seen.add(insert.getMetaData() == null);
      insert.setString(1, "m");
      seen.add(insert.executeUpdate());
      seen.add(insert.getMetaData() == null);
      seen.add(insert.toString().contains("dualwrite"));
      seen.add(
          insert.isPoolable()
              + " "
              + insert.getFetchSize()
              + " "
              + insert.getResultSetConcurrency());
    }
    rows(connection.getMetaData().getPrimaryKeys(null, "public", "orders"), seen);
    seen.add(connection.getMetaData().getDatabaseProductName());
    seen.add(connection.nativeSQL("SELECT {fn now()}"));
  }

  static void updatable(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement =
        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      statement.executeUpdate("INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
      try (ResultSet rows = statement.executeQuery("SELECT id, note FROM notes ORDER BY id")) {
        seen.add(rows.next());
        rows.updateString(2, "changed");
        rows.updateRow();
        seen.add(rows.getString(2));
        seen.add(rows.next());
        rows.deleteRow();
        rows.moveToInsertRow();
        rows.updateInt(1, 3);
        rows.updateString(2, "new");
        rows.insertRow();
        seen.add(rows.isLast());
      }
    }
  }
}
