package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Single rows, most by statements that commit by themselves. */
final class Customers {
  private static final String TABLE = Table.CUSTOMER.sql();

  private Customers() {}

  static void insert(Session s) throws SQLException {
    long id = s.key();
    long version = s.version();
    Change change = Change.present(TABLE, id, version);
    s.single(
        List.of(change),
        unit -> {
          unit.update(
              "INSERT INTO customer (id, email, name, version, writer) VALUES (?, ?, ?, ?, ?)",
              id,
              id + "@example.org",
              "O'Brien \\ " + id,
              version,
              s.writer());
          unit.changed(change);
        });
  }

  static void update(Session s) throws SQLException {
    for (long id : pick(s, 1)) {
      long version = s.version();
      Change change = Change.present(TABLE, id, version);
      s.single(
          List.of(change),
          unit -> {
            int rows =
                unit.update(
                    "UPDATE customer SET credit = credit + ?, version = ? WHERE id = ? AND version < ?",
                    s.random().nextInt(1000),
                    version,
                    id,
                    version);
            if (rows == 1) {
              unit.changed(change);
            }
          });
    }
  }

  /** Fails where another application has given it a purchase meanwhile. */
  static void delete(Session s) throws SQLException {
    for (long id : pick(s, 1)) {
      long version = s.version();
      Change change = Change.absent(TABLE, id, version);
      s.single(
          List.of(change),
          unit -> {
            int rows =
                unit.update(
                    "DELETE FROM customer c WHERE id = ? AND version < ?"
                        + " AND NOT EXISTS (SELECT FROM purchase p WHERE p.customer_id = c.id)",
                    id,
                    version);
            if (rows == 1) {
              unit.changed(change);
            }
          });
    }
  }

  /** Two rows swap a unique value, by way of a third. */
  static void swapEmails(Session s) throws SQLException {
    s.transaction(
        unit -> {
          List<Long> ids = Own.some(unit, s, Table.CUSTOMER, 2);
          if (ids.size() < 2) {
            return;
          }
          String first = email(unit, ids.get(0));
          String second = email(unit, ids.get(1));
          setEmail(unit, s, ids.get(0), "swapping " + ids.get(0));
          setEmail(unit, s, ids.get(1), first);
          setEmail(unit, s, ids.get(0), second);
        });
  }

  private static String email(Unit unit, long id) throws SQLException {
    return unit.rows("SELECT email FROM customer WHERE id = ? FOR UPDATE", id).get(0).get(0);
  }

  private static void setEmail(Unit unit, Session s, long id, String email) throws SQLException {
    long version = s.version();
    int rows =
        unit.update(
            "UPDATE customer SET email = ?, version = ? WHERE id = ? AND version < ?",
            email,
            version,
            id,
            version);
    if (rows == 1) {
      unit.changed(Change.present(TABLE, id, version));
    }
  }

  private static List<Long> pick(Session s, int limit) throws SQLException {
    return s.read(unit -> Own.some(unit, s, Table.CUSTOMER, limit));
  }
}
