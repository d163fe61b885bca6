package io.dualwrite.jdbc.schema;

/** What a relation is, out of {@code pg_class.relkind}. */
public enum RelationKind {
  TABLE('r'),
  PARTITIONED_TABLE('p'),
  VIEW('v'),
  MATERIALIZED_VIEW('m'),
  FOREIGN_TABLE('f'),
  SEQUENCE('S'),
  /** Indexes, composite types, TOAST tables: nothing that an application writes to by name. */
  OTHER('\0');

  private final char code;

  RelationKind(char code) {
    this.code = code;
  }

  /** The kind for a {@code relkind}. */
  public static RelationKind of(char relkind) {
    for (RelationKind kind : values()) {
      if (kind.code == relkind) {
        return kind;
      }
    }
    return OTHER;
  }

  /** Whether rows are stored in it. */
  public boolean isTable() {
    return this == TABLE || this == PARTITIONED_TABLE;
  }
}
