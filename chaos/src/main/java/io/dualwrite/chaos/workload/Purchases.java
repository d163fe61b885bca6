package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.SQLException;
import java.util.List;

/** Transactions over tables that foreign keys tie together. */
final class Purchases {
  private static final String PURCHASE = Table.PURCHASE.sql();
  private static final String LINE = Table.LINE.sql();
  private static final int MANY = 60;

  private Purchases() {}

  /** A purchase with lines, of a customer of any application, who may be deleted meanwhile. */
  static void place(Session s) throws SQLException {
    s.transaction(unit -> placeIn(unit, s));
  }

  private static void placeIn(Unit unit, Session s) throws SQLException {
    List<Long> customers = unit.numbers("SELECT id FROM customer ORDER BY random() LIMIT 1");
    if (customers.isEmpty()) {
      return;
    }
    long id = s.key();
    long version = s.version();
    unit.update(
        "INSERT INTO purchase (id, customer_id, total, version, writer) VALUES (?, ?, 0, ?, ?)",
        id,
        customers.get(0),
        version,
        s.writer());
    unit.changed(Change.present(PURCHASE, id, version));
    int lines = s.random().nextInt(5);
    for (int line = 0; line < lines; line++) {
      addLine(unit, s, id, line);
    }
  }

  private static void addLine(Unit unit, Session s, long purchase, int line) throws SQLException {
    long version = s.version();
    unit.update(
        "INSERT INTO line (purchase_id, line, product, amount, version, writer) VALUES (?, ?, ?, ?, ?, ?)",
        purchase,
        line,
        "product " + s.random().nextInt(100),
        s.random().nextInt(10),
        version,
        s.writer());
    unit.changed(Change.present(LINE, purchase + "/" + line, version));
  }

  /** Changes, adds and removes lines, and their purchase with them. */
  static void change(Session s) throws SQLException {
    s.transaction(unit -> changeIn(unit, s));
  }

  private static void changeIn(Unit unit, Session s) throws SQLException {
    for (long id : Own.some(unit, s, Table.PURCHASE, 1)) {
      long version = s.version();
      int rows =
          unit.update(
              "UPDATE purchase SET total = total + 1.25, version = ? WHERE id = ? AND version < ?",
              version,
              id,
              version);
      if (rows == 0) {
        return;
      }
      unit.changed(Change.present(PURCHASE, id, version));
      long changed = s.version();
      unit.numbers(
              "UPDATE line SET amount = amount + 1, version = ? WHERE purchase_id = ? AND line % 2 = 0 RETURNING line",
              changed, id)
          .forEach(line -> unit.changed(Change.present(LINE, id + "/" + line, changed)));
      long removed = s.version();
      unit.numbers("DELETE FROM line WHERE purchase_id = ? AND line % 3 = 1 RETURNING line", id)
          .forEach(line -> unit.changed(Change.absent(LINE, id + "/" + line, removed)));
      addLine(unit, s, id, (int) (s.version() & 0x3fffffff));
    }
  }

  /** Deletes purchases with their lines, in one transaction. */
  static void cancel(Session s) throws SQLException {
    s.transaction(
        unit -> {
          boolean many = Own.count(unit, s, Table.PURCHASE) > MANY;
          for (long id : Own.some(unit, s, Table.PURCHASE, many ? 10 : 1)) {
            long version = s.version();
            unit.numbers("DELETE FROM line WHERE purchase_id = ? RETURNING line", id)
                .forEach(line -> unit.changed(Change.absent(LINE, id + "/" + line, version)));
            if (unit.update("DELETE FROM purchase WHERE id = ?", id) == 1) {
              unit.changed(Change.absent(PURCHASE, id, version));
            }
          }
        });
  }

  /** Undoes what came after a savepoint, and keeps the rest. */
  static void undoPart(Session s) throws SQLException {
    s.transaction(
        unit -> {
          placeIn(unit, s);
          unit.undone(
              inner -> {
                changeIn(inner, s);
                placeIn(inner, s);
              });
          changeIn(unit, s);
        });
  }

  /** Changes its mind at the end. */
  static void discard(Session s) throws SQLException {
    s.transaction(
        unit -> {
          placeIn(unit, s);
          changeIn(unit, s);
          unit.discard();
        });
  }
}
