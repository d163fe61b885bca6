package io.dualwrite.chaos.workload;

import java.util.List;

/** The tables that the applications write. Each has a version and says who wrote it last. */
public enum Table {
  /** Parents that several applications refer to, with a second unique column. */
  CUSTOMER(
      "id",
      """
      id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text, credit numeric(12,2) NOT NULL DEFAULT 0"""),
  /** Children, and parents themselves. */
  PURCHASE(
      "id",
      """
      id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, total numeric(12,2) NOT NULL,
      placed_at timestamptz NOT NULL DEFAULT now()"""),
  /** Grandchildren, with a key of two columns. */
  LINE(
      "purchase_id || '/' || line",
      """
      purchase_id bigint NOT NULL REFERENCES purchase, line int NOT NULL, product text NOT NULL, amount int NOT NULL,
      PRIMARY KEY (purchase_id, line)"""),
  /** Few rows that all applications change. */
  ACCOUNT("id", "id bigint PRIMARY KEY, balance bigint NOT NULL"),
  /** Few rows that all applications insert, change and delete. */
  TALLY("name", "name text PRIMARY KEY, n bigint NOT NULL"),
  /** Rows whose keys change. */
  ASSET("id", "id bigint PRIMARY KEY, label text, tags text[]"),
  /** Rows that swap a unique value. */
  PLACE("id", "id bigint PRIMARY KEY, position bigint NOT NULL UNIQUE"),
  /** Many rows at once; half of the key comes from the database. */
  EVENT(
      "id",
      """
      at timestamptz NOT NULL DEFAULT clock_timestamp(), id bigint NOT NULL, payload jsonb, PRIMARY KEY (at, id)"""),
  /** Keys of any characters. */
  SETTING("name", "name text PRIMARY KEY, value text"),
  /** Emptied as a whole now and then. */
  SCRATCH("id", "id bigint PRIMARY KEY, n bigint NOT NULL");

  private final String keySql;
  private final String columns;

  Table(String keySql, String columns) {
    this.keySql = keySql;
    this.columns = columns;
  }

  /** Its name in SQL. */
  public String sql() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** An expression of its key as one text. */
  public String keySql() {
    return "(" + keySql + ")::text";
  }

  List<String> ddl() {
    return List.of(
        "CREATE TABLE "
            + sql()
            + " ("
            + columns
            + ", version bigint NOT NULL, writer text NOT NULL, changed_at timestamptz NOT NULL DEFAULT clock_timestamp())",
        "CREATE INDEX ON " + sql() + " (writer)");
  }

  /** The statements that create all of them. */
  public static List<String> schema() {
    return java.util.Arrays.stream(values()).flatMap(t -> t.ddl().stream()).toList();
  }
}
