package io.dualwrite.benchmarks.wrapper;

/** The texts that are prepared. */
final class Statements {
  static final String READ = "SELECT id, name FROM items WHERE id = ?";
  static final String WRITE = "INSERT INTO items (id, name) VALUES (?, ?)";
  static final String JOURNALING =
      "WITH dw(dk1) AS (INSERT INTO items (id, name) VALUES (?, ?) RETURNING id::text)"
          + " INSERT INTO dualwrite.journal (table_name, key) SELECT 'public.items', ARRAY[dk1] FROM dw";

  static final char[] READ_CHARACTERS = READ.toCharArray();
  static final char[] WRITE_CHARACTERS = WRITE.toCharArray();

  private Statements() {}
}
