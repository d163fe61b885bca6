package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.WholeEntries;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is delivered at once by copying a whole table, or one range of it, because it names just
 * that, or rows by a key that is not the table's any more.
 *
 * @param journaled entries of the journal, as far as they were read
 * @param setAside set-aside entries
 * @param remembered rows that only memory names
 * @param walked all entries that a walk stands for; null where no walk is needed
 */
record WholeTable(
    List<JournalEntry> journaled,
    List<JournalEntry> setAside,
    List<Remembered> remembered,
    @Nullable WholeEntries walked) {
  WholeTable() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), null);
  }

  /** The same for a walk that begins now. */
  WholeTable walked(WholeEntries entries) {
    return new WholeTable(journaled, setAside, remembered, entries);
  }

  void add(WholeTable other) {
    journaled.addAll(other.journaled);
    setAside.addAll(other.setAside);
    remembered.addAll(other.remembered);
  }
}
