package io.dualwrite.jdbc.capture;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A query as far as its text tells, for running it a second time and comparing. Immutable.
 *
 * @param text the text without comments and constants
 * @param names every name and word in it, as the catalog would hold it
 * @param calls the names among them that are called
 * @param ordered whether the outermost query has an {@code ORDER BY}
 * @param limited whether only some of the outermost query's rows are asked for
 * @param rowsVary whether values depend on the order in which rows are met, so that only their
 *     number can be compared
 * @param floatsVary whether sums of floating-point numbers may, which depend on that order in their
 *     last digits
 * @param orderedBy where the rows are those of one table, the columns in the {@code ORDER BY}
 */
public record QueryText(
    String text,
    Set<String> names,
    Set<String> calls,
    boolean ordered,
    boolean limited,
    boolean rowsVary,
    boolean floatsVary,
    Set<String> orderedBy) {
  private static final Set<String> REFUSED =
      Set.of(
          "CMAX",
          "CMIN",
          "CTID",
          "CURRENT_CATALOG",
          "CURRENT_DATE",
          "CURRENT_ROLE",
          "CURRENT_SCHEMA",
          "CURRENT_TIME",
          "CURRENT_TIMESTAMP",
          "CURRENT_USER",
          "DELETE",
          "INFORMATION_SCHEMA",
          "INSERT",
          "INTO",
          "LOCALTIME",
          "LOCALTIMESTAMP",
          "MERGE",
          "SESSION_USER",
          "SHARE",
          "SYSTEM_USER",
          "TABLEOID",
          "TABLESAMPLE",
          "UPDATE",
          "USER",
          "XMAX",
          "XMIN");

  /** Built in and declared stable, but of the moment, the session or the server. */
  private static final Set<String> OF_THE_MOMENT =
      Set.of(
          "clock_timestamp",
          "col_description",
          "getdatabaseencoding",
          "now",
          "obj_description",
          "row_security_active",
          "shobj_description",
          "statement_timestamp",
          "timeofday",
          "transaction_timestamp",
          "version");

  private static final List<String> OF_THE_SERVER =
      List.of(
          "current_",
          "cursor_to_",
          "database_to_",
          "has_",
          "inet_",
          "lo_",
          "pg_",
          "query_to_",
          "schema_to_",
          "table_to_",
          "to_reg",
          "txid_");

  private static final Set<String> NOW = Set.of("now", "today", "tomorrow", "yesterday");

  private static final Set<String> BY_ORDER_OF_ROWS =
      Set.of(
          "any_value",
          "array_agg",
          "json_agg",
          "json_arrayagg",
          "json_object_agg",
          "json_objectagg",
          "jsonb_agg",
          "jsonb_object_agg",
          "mode",
          "string_agg",
          "xmlagg");

  private static final Set<String> SUMS =
      Set.of(
          "avg",
          "corr",
          "covar_pop",
          "covar_samp",
          "stddev",
          "stddev_pop",
          "stddev_samp",
          "sum",
          "var_pop",
          "var_samp",
          "variance");

  public QueryText {
    names = Set.copyOf(names);
    calls = Set.copyOf(calls);
    orderedBy = Set.copyOf(orderedBy);
  }

  /**
   * The query in a text; empty where it is none, several, or one whose answer depends on more than
   * rows: it locks or writes, asks for the time, the session or the server, or takes whichever rows
   * come first somewhere inside.
   */
  public static Optional<QueryText> of(String sql) {
    List<TokenRun> statements =
        Lexer.tokens(sql).map(tokens -> TokenRun.statements(sql, tokens)).orElse(List.of());
    if (statements.size() != 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Reader(statements.get(0)).read());
    } catch (NotUnderstood e) {
      return Optional.empty();
    }
  }

  /** A short name for the text, the same in every instance. */
  public String fingerprint() {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, 16);
  }

  private static final class Reader {
    private final TokenRun run;
    private final Set<String> names = new HashSet<>();
    private final Set<String> calls = new HashSet<>();
    private boolean limited;
    private boolean rowsVary;
    private boolean floatsVary;

    Reader(TokenRun run) {
      this.run = run;
    }

    QueryText read() {
      if (!run.isAny(0, "SELECT", "WITH", "TABLE", "(")) {
        throw new NotUnderstood("not a query");
      }
      for (int i = 0; i < run.size(); i++) {
        switch (run.get(i).kind()) {
          case WORD, QUOTED -> name(i);
          case STRING -> refuse(NOW.contains(constant(i)), "a constant of the moment");
          default -> refuse(run.is(i, "{"), "an escape of JDBC's");
        }
      }
      boolean ordered = run.find(0, run.size(), "ORDER") < run.size();
      return new QueryText(
          ConstantFree.text(run),
          names,
          calls,
          ordered,
          limited,
          rowsVary,
          floatsVary,
          ordered ? RowOrder.columns(run) : Set.of());
    }

    private void name(int i) {
      String name = Name.folded(run, i);
      names.add(name);
      boolean word = run.get(i).isWord();
      refuse(name.startsWith("pg_"), "the catalog");
      refuse(word && REFUSED.contains(run.get(i).word()), "more than rows");
      if (word && run.isAny(i, "LIMIT", "OFFSET", "FETCH")) {
        refuse(run.get(i).depth() > 0, "a limit inside");
        limited = true;
      }
      if ((word && run.is(i, "OVER")) || run.are(i, "DISTINCT", "ON")) {
        byOrderOfRows(i);
      }
      if (run.is(i + 1, "(")) {
        call(i, name);
      }
    }

    private void call(int i, String name) {
      calls.add(name);
      refuse(OF_THE_MOMENT.contains(name), "the moment");
      refuse(OF_THE_SERVER.stream().anyMatch(name::startsWith), "the server");
      refuse(name.equals("age") && !hasTwoArguments(i + 1), "an age by now");
      if (BY_ORDER_OF_ROWS.contains(name)) {
        byOrderOfRows(i);
      }
      floatsVary |= SUMS.contains(name) || name.startsWith("regr_");
    }

    private void byOrderOfRows(int i) {
      refuse(run.get(i).depth() > 0, "an order of rows inside");
      rowsVary = true;
    }

    private boolean hasTwoArguments(int open) {
      for (int i = open + 1; i < run.closing(open); i++) {
        if (run.is(i, ",") && run.get(i).depth() == run.get(open).depth() + 1) {
          return true;
        }
      }
      return false;
    }

    private String constant(int i) {
      String text = run.textOf(i);
      int open = text.indexOf('\'');
      return open < 0 || text.length() < open + 2
          ? ""
          : text.substring(open + 1, text.length() - 1).strip().toLowerCase(Locale.ROOT);
    }

    private static void refuse(boolean refused, String why) {
      if (refused) {
        throw new NotUnderstood(why);
      }
    }
  }

  /** The text of a statement with a mark in place of each constant or list of constants. */
  private static final class ConstantFree {
    private ConstantFree() {}

    static String text(TokenRun run) {
      StringBuilder text = new StringBuilder();
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < run.size(); i++) {
        boolean repeated = isValue(run, i) && run.is(i - 1, ",") && isValue(run, i - 2);
        boolean comma = run.is(i, ",") && isValue(run, i - 1) && isValue(run, i + 1);
        if (!repeated && !comma) {
          kept.add(i);
        }
      }
      for (int i : kept) {
        if (!text.isEmpty() && run.startOf(i) > run.endOf(i - 1)) {
          text.append(' ');
        }
        text.append(isValue(run, i) ? "?" : run.textOf(i));
      }
      return text.toString();
    }

    private static boolean isValue(TokenRun run, int i) {
      return switch (run.get(i).kind()) {
        case STRING, NUMBER, PARAMETER -> true;
        default -> false;
      };
    }
  }
}
