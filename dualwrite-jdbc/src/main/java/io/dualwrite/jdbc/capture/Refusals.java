package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;

/**
 * The reasons why a statement cannot be captured, in words; none quotes more of a statement than
 * names.
 */
final class Refusals {
  private Refusals() {}

  static Unmirrored unknown() {
    return new Unmirrored(
        "unknown",
        "The statement is of no form that capture knows, so what it writes is not known. Write it as a plain INSERT, UPDATE, DELETE or"
            + " TRUNCATE.");
  }

  static Unmirrored function(String name) {
    return new Unmirrored(
        "function",
        "The statement calls "
            + name
            + ", which is volatile and may write to mirrored tables. If it only reads, declare it STABLE;"
            + " if it writes, write with statements of the application.");
  }

  static Unmirrored largeObject(String function) {
    return new Unmirrored(
        "large-object",
        "The statement calls "
            + function
            + ": large objects are not mirrored. Keep such data in a bytea column.");
  }

  static Unmirrored session() {
    return new Unmirrored(
        "session",
        "The statement writes and calls set_config, so that names may mean something else while it runs. Use two statements.");
  }

  static Unmirrored several() {
    return new Unmirrored(
        "multiple",
        "The text holds several statements, and one may write to a mirrored table after another changed what names mean. Run them one by"
            + " one.");
  }

  static Unmirrored cte(Name table) {
    return new Unmirrored(
        "cte",
        "A WITH query writes to the mirrored table "
            + table.written()
            + ". Write to it with a statement of its own.");
  }

  static Unmirrored merge(Name table) {
    return new Unmirrored(
        "merge",
        "MERGE into the mirrored table "
            + table.written()
            + ". Use INSERT … ON CONFLICT, UPDATE and DELETE.");
  }

  static Unmirrored copy(Name table) {
    return new Unmirrored(
        "copy",
        "COPY writes to the mirrored table "
            + table.written()
            + ". Use batched INSERT, or repair the table afterwards.");
  }

  static Unmirrored createAs(Name table) {
    return new Unmirrored(
        "create-as",
        "The new table "
            + table.written()
            + " is filled as it is created, before it can be mirrored. Create it on both sides and fill it with INSERT, or exclude it.");
  }

  static Unmirrored call(String what) {
    return new Unmirrored(
        "call",
        what
            + " runs a procedure or function that may write to mirrored tables. Write with statements of the application.");
  }

  static Unmirrored anonymousBlock() {
    return new Unmirrored(
        "do",
        "DO runs a block of code that may write to mirrored tables. Write with statements of the application.");
  }

  static Unmirrored explain() {
    return new Unmirrored(
        "explain",
        "EXPLAIN ANALYZE runs the write that it explains. Leave ANALYZE out, or use the source itself.");
  }

  static Unmirrored prepare() {
    return new Unmirrored(
        "prepare",
        "PREPARE and EXECUTE written as SQL hide what is run. Use a PreparedStatement; the driver prepares on the server.");
  }

  static Unmirrored returning() {
    return new Unmirrored(
        "returning",
        "RETURNING names the old and new row in a form that cannot be extended. Leave out WITH (OLD AS …, NEW AS …), and name no table old"
            + " or new.");
  }

  static Unmirrored keyChange(Name table) {
    return new Unmirrored(
        "key-change",
        "The statement changes key columns of "
            + table.written()
            + " in a form in which their old values cannot be had before PostgreSQL 18. Name the columns to return, and do not use WHERE"
            + " CURRENT OF.");
  }
}
