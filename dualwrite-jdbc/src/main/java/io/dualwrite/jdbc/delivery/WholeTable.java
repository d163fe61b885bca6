package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What is delivered at once by copying a whole table, or one range of it, because it names just
 * that, or rows by a key that is not the table's any more.
 *
 * @param journaled entries of the journal
 * @param setAside set-aside entries
 * @param remembered rows that only memory names
 */
record WholeTable(
    List<JournalEntry> journaled, List<JournalEntry> setAside, List<Remembered> remembered) {
  WholeTable() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  void add(WholeTable other) {
    journaled.addAll(other.journaled);
    setAside.addAll(other.setAside);
    remembered.addAll(other.remembered);
  }
}
