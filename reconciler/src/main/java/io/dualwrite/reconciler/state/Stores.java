package io.dualwrite.reconciler.state;

/** All that is kept for one migration in one control schema. */
public record Stores(
    Runs runs, RunTables tables, RunWindows windows, Watermarks watermarks, Retention retention) {
  /** Of {@code migration} in {@code schema}. */
  public static Stores of(String schema, String migration) {
    return new Stores(
        new Runs(schema, migration),
        new RunTables(schema),
        new RunWindows(schema),
        new Watermarks(schema, migration),
        new Retention(schema, migration));
  }
}
