package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Statements put together at random out of clauses, with comments, case and parameters thrown in.
 */
final class RandomStatement {
  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();
  private boolean joins;

  RandomStatement(Random random) {
    this.random = random;
    gap();
    with();
    switch (random.nextInt(3)) {
      case 0 -> insert();
      case 1 -> update();
      default -> delete();
    }
    add("", "", ";", "; -- the end ?", "/* ) ' */");
  }

  String text() {
    return text.toString();
  }

  List<Object> parameters() {
    return parameters;
  }

  private void with() {
    add(
        "",
        "",
        "WITH a1 AS (SELECT 1 AS one)",
        "with recursive dw(n) as (select 1 union all select n + 1 from dw where n < 3)",
        "WITH w AS MATERIALIZED (INSERT INTO audit VALUES (90, 'w') RETURNING id), v(a, b) AS (VALUES (1, '(('))");
  }

  private void insert() {
    add("INSERT INTO", "insert\ninto");
    add("orders", "public . Orders", "\"orders\"");
    boolean alias = random.nextBoolean();
    add(alias ? "AS dw" : "");
    String reference = alias ? "dw" : "orders";
    add("(code, id, qty)");
    add("", "", "OVERRIDING USER VALUE", "overriding system value");
    switch (random.nextInt(3)) {
      case 0 -> {
        add("VALUES");
        int rows = 1 + random.nextInt(3);
        for (int i = 0; i < rows; i++) {
          add(i == 0 ? "(" : ", (");
          parameter("'c' || ", random.nextInt(12) + 10 * i);
          add("::text ,");
          parameter("", 5 + 20 * i + random.nextInt(8));
          add(", CASE WHEN 1 IS DISTINCT FROM 2 THEN (3) END )");
        }
      }
      case 1 ->
          add("SELECT what || '$', id + 6, length(what) FROM audit WHERE id < 5 ORDER BY id DESC");
      default ->
          add("(SELECT $tag$ returning ' $tag$ || g, g, NULL FROM generate_series(8, 11) AS g)");
    }
    add(
        "",
        "ON CONFLICT DO NOTHING",
        "ON CONFLICT (id) DO UPDATE SET qty = EXCLUDED.qty, id = excluded.id",
        "on conflict (id) do update set (qty, code) = (1, EXCLUDED.code || "
            + reference
            + ".code) WHERE "
            + reference
            + ".qty > 5",
        "ON CONFLICT (id) DO UPDATE SET id = " + reference + ".id + 500, qty = 0",
        "ON CONFLICT ON CONSTRAINT orders_code_key DO UPDATE SET id = EXCLUDED.id + 500 WHERE "
            + reference
            + ".qty <> 3");
    returning(reference);
  }

  private void update() {
    add("UPDATE", "update only");
    add("orders", "public.orders *");
    boolean alias = random.nextBoolean();
    add(alias ? "AS \"dW\"" : "");
    String reference = alias ? "\"dW\"" : "orders";
    add("SET");
    add(
        "qty = qty + 1",
        "(qty, code) = (SELECT id, 'u' || what || " + reference + ".id FROM audit LIMIT 1)",
        "tags['x'] = '1'",
        "at = DEFAULT");
    boolean changesKey = random.nextBoolean();
    add(
        changesKey
            ? ", id = " + reference + ".id + 1000"
            : random.nextBoolean() ? ", id = id" : "");
    joins = random.nextInt(3) == 0;
    if (joins) {
      add("FROM audit a CROSS JOIN (VALUES (1)) o(one)");
    }
    where(reference, "a");
    returning(reference);
  }

  private void delete() {
    add("DELETE FROM", "delete from only");
    add("orders");
    boolean alias = random.nextBoolean();
    add(alias ? "o2" : "");
    String reference = alias ? "o2" : "orders";
    joins = random.nextInt(3) == 0;
    add(joins ? "USING audit a" : "");
    where(reference, "a");
    returning(reference);
  }

  private void where(String reference, String other) {
    if (joins) {
      add("WHERE " + other + ".id = " + reference + ".id AND");
    } else {
      add("WHERE");
    }
    switch (random.nextInt(5)) {
      case 0 -> parameter(reference + ".id >", 3 + random.nextInt(7));
      case 1 ->
          add("(" + reference + ".code IN ('c4', 'c5', 'it''s') OR " + reference + ".qty = 9)");
      case 2 -> add("tags ?? 'a' AND " + reference + ".id IN (SELECT id + 3 FROM audit)");
      case 3 -> parameter("qty IS NOT DISTINCT FROM", 4);
      default -> add("EXISTS (VALUES (1)) AND " + reference + ".id = ANY ('{4,5,6}'::int[])");
    }
  }

  private void returning(String reference) {
    if (random.nextBoolean()) {
      return;
    }
    add("RETURNING");
    int items = 1 + random.nextInt(3);
    for (int i = 0; i < items; i++) {
      add(i == 0 ? "" : ",");
      add(
          joins ? reference + ".*" : "*",
          reference + ".*",
          reference + ".id",
          reference + ".code AS \"The \"\"Code\"\" ?\"",
          "coalesce(qty, 0)",
          "qty::numeric(6, 1) AS returning",
          "CASE WHEN qty > 3 THEN 'big' END",
          "NULL",
          "(SELECT count(*) FROM audit)");
    }
  }

  private void parameter(String before, int value) {
    if (random.nextBoolean()) {
      add(before + " ?::int");
      parameters.add(value);
    } else {
      add(before + " " + value);
    }
  }

  private void add(String... choices) {
    String choice = choices[random.nextInt(choices.length)];
    if (!choice.isEmpty()) {
      text.append(choice);
      gap();
    }
  }

  private void gap() {
    String[] gaps = {
      " ",
      " ",
      " ",
      "\n",
      "\t\r\n",
      " -- it's; returning (\n",
      "/* a /* nested ' */ ? */",
      " /* \" */ "
    };
    text.append(gaps[random.nextInt(gaps.length)]);
  }
}
