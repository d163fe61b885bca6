package io.dualwrite.reconciler.compare;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedColumn;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.nio.charset.StandardCharsets;

/**
 * What a table's results depend on, as a short text that is the same as long as they mean the same:
 * the tables themselves, which columns are compared and how.
 */
final class TableShape {
  private TableShape() {}

  /** What it means that two rows are the same, by whichever checksum that was found. */
  static String ofMeaning(ComparedTable table) {
    return meaning(table).hash().toString().substring(0, 32);
  }

  /** The same with the checksum and the side whose keys the journal has. */
  static String ofRun(ComparedTable table) {
    Hasher hasher = meaning(table);
    for (Side side : Side.values()) {
      add(hasher, table.rowHash(side));
      add(hasher, table.keyHash(side));
      table.keyTexts(side).forEach(k -> add(hasher, k));
    }
    return hasher.hash().toString().substring(0, 32);
  }

  private static Hasher meaning(ComparedTable table) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (Side side : Side.values()) {
      add(hasher, table.from(side));
      hasher.putLong(table.pair().on(side).oid());
      for (ComparedColumn column : table.columns()) {
        add(hasher, column.pair().on(side).name());
        add(hasher, column.pair().on(side).baseType());
        add(hasher, column.text(side));
        add(hasher, column.tolerance().orElse(""));
      }
      table.pair().key().forEach(k -> add(hasher, k.on(side).name()));
      add(hasher, table.pair().timeColumn().map(t -> t.on(side).name()).orElse(""));
    }
    return hasher;
  }

  private static void add(Hasher hasher, String text) {
    hasher.putInt(text.length()).putString(text, StandardCharsets.UTF_8);
  }
}
