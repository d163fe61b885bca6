package io.dualwrite.benchmarks.system;

/** The tables that the workloads write to. */
final class Schema {
  static final int ACCOUNTS = 10_000;

  static final String TABLES =
      """
      CREATE TABLE readings (
        id bigint PRIMARY KEY,
        device integer NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        value double precision NOT NULL,
        note text
      );
      CREATE TABLE accounts (
        id bigint PRIMARY KEY,
        owner text NOT NULL,
        balance numeric(12,2) NOT NULL DEFAULT 0
      );
      CREATE TABLE orders (
        id bigint PRIMARY KEY,
        account bigint NOT NULL,
        state text NOT NULL,
        ordered_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE order_lines (
        id bigint PRIMARY KEY,
        order_id bigint NOT NULL REFERENCES orders,
        article text NOT NULL,
        price numeric(12,2) NOT NULL
      );
      CREATE TABLE measurements (
        id bigint PRIMARY KEY,
        device integer NOT NULL,
        value double precision NOT NULL,
        note text
      );
      CREATE TABLE events (
        id uuid PRIMARY KEY,
        device integer NOT NULL,
        value double precision NOT NULL,
        note text
      );
      INSERT INTO accounts (id, owner) SELECT i, 'owner ' || i FROM generate_series(1, 10000) i;
      """;

  private Schema() {}
}
