package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an error says of the text that ran, in terms of the one that the application gave. The
 * server counts characters from 1, in the text in which pgjdbc has put {@code $1} for each
 * placeholder.
 */
public final class OriginalText {
  private final String sql;
  private final String rewritten;
  private final Origins origins;

  private OriginalText(String sql, String rewritten, Origins origins) {
    this.sql = sql;
    this.rewritten = rewritten;
    this.origins = origins;
  }

  /** Of a plan's text; empty where its parts are not known. */
  public static Optional<OriginalText> of(String sql, Captured plan) {
    Origins origins = plan.origins();
    return origins == null
        ? Optional.empty()
        : Optional.of(new OriginalText(sql, plan.journaling(), origins));
  }

  /**
   * The position in the application's text; empty where the error lies in what was added, or where
   * the driver has translated JDBC escapes or split the text.
   */
  public OptionalInt position(int position) {
    Optional<Native> ran = Native.of(rewritten);
    Optional<Native> given = Native.of(sql);
    if (ran.isEmpty() || given.isEmpty()) {
      return OptionalInt.empty();
    }
    int place = origins.of(ran.get().place(position));
    return place < 0 ? OptionalInt.empty() : OptionalInt.of(given.get().position(place));
  }

  /** The position of the end of the application's text; empty as above. */
  public OptionalInt endPosition() {
    return Native.of(sql)
        .map(given -> OptionalInt.of(given.position(given.end())))
        .orElse(OptionalInt.empty());
  }

  /** A message that quotes the text that ran, parameters put in, quoting the application's text. */
  public String quoted(String message) {
    if (!origins.isInOrder()) {
      return message;
    }
    StringBuilder text = new StringBuilder(message);
    int at = 0;
    for (Origins.Added added : origins.added(rewritten)) {
      int found = text.indexOf(added.before() + added.text(), at);
      if (found < 0) {
        return message;
      }
      at = found + added.before().length();
      text.delete(at, at + added.text().length());
    }
    return text.toString();
  }

  /**
   * A text as pgjdbc sends it.
   *
   * @param end where it ends: at a semicolon that nothing follows
   * @param placeholders where one character becomes more: a placeholder; or, below 0, where two
   *     become one
   */
  private record Native(String text, int end, List<Integer> placeholders) {

    /** Empty for what the driver would change in other ways. */
    static Optional<Native> of(String sql) {
      Optional<List<Token>> tokens = Lexer.tokens(sql);
      if (tokens.isEmpty()) {
        return Optional.empty();
      }
      int end = sql.length();
      List<Integer> placeholders = new ArrayList<>();
      for (Token token : tokens.get()) {
        if (token.is(";")) {
          end = Math.min(end, token.start());
        } else if (token.is("{") || token.start() > end) {
          return Optional.empty();
        }
        if (token.kind() == Token.Kind.PARAMETER && sql.charAt(token.start()) == '?') {
          placeholders.add(token.start());
        } else if (token.is("?")) {
          // Two characters become one.
          placeholders.add(-token.start() - 1);
        }
      }
      return Optional.of(new Native(sql, end, placeholders));
    }

    /** How many characters more there are before a place in what is sent. */
    private int moved(int place) {
      int moved = 0;
      int parameters = 0;
      for (int at : placeholders) {
        int start = at < 0 ? -at - 1 : at;
        if (start >= place) {
          break;
        }
        moved += at < 0 ? -1 : String.valueOf(++parameters).length();
      }
      return moved;
    }

    /** The server's position for a place. */
    int position(int place) {
      return text.codePointCount(0, place) + moved(place) + 1;
    }

    /** The place for a server's position. */
    int place(int position) {
      int place = 0;
      while (place < text.length() && position(place) < position) {
        place = text.offsetByCodePoints(place, 1);
      }
      return place;
    }
  }
}
