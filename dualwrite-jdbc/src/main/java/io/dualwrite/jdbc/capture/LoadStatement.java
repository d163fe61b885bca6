package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.LoadFormat.Kind;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the options of a {@code COPY … FROM STDIN}, in their new and in their old form. */
final class LoadStatement {
  private final TokenRun run;
  private int at;
  private Kind kind = Kind.TEXT;
  private @Nullable String delimiter;
  private @Nullable String nullText;
  private @Nullable String defaultText;
  private boolean header;
  private @Nullable String quote;
  private @Nullable String escape;
  private @Nullable String encoding;
  private Set<String> forcedNull = Set.of();

  private LoadStatement(TokenRun run, int at) {
    this.run = run;
    this.at = at;
  }

  /** The column list between two indexes: names as the catalog holds them. */
  static List<String> columns(TokenRun run, int open, int close) {
    List<String> columns = new ArrayList<>();
    for (int i = open + 1; i < close; i += 2) {
      columns.add(Name.folded(run, i));
    }
    return columns;
  }

  /**
   * The format that the options ask for.
   *
   * @param options the index behind {@code STDIN}
   * @param binary whether {@code BINARY} stood before the table
   */
  static LoadFormat format(TokenRun run, int options, boolean binary) {
    LoadStatement statement = new LoadStatement(run, options);
    if (binary) {
      statement.kind = Kind.BINARY;
    }
    try {
      statement.options();
      return statement.format();
    } catch (NotUnderstood | IllegalCharsetNameException | UnsupportedCharsetException e) {
      return new LoadFormat(Kind.UNREADABLE, ' ', "", null, false, ' ', ' ', null, Set.of());
    }
  }

  private void options() {
    if (run.is(at, "WITH")) {
      at++;
    }
    if (run.is(at, "(")) {
      int close = run.closing(at);
      at++;
      while (at < close) {
        String name = run.get(at).word();
        at++;
        option(name, close);
        at = skip(close) + 1;
      }
      return;
    }
    while (at < run.size() && !run.is(at, "WHERE")) {
      String name = run.get(at).word();
      at++;
      oldOption(name);
    }
  }

  private void option(String name, int end) {
    switch (name) {
      case "FORMAT" -> kind = kind(word());
      case "DELIMITER" -> delimiter = constant();
      case "NULL" -> nullText = constant();
      case "DEFAULT" -> defaultText = constant();
      case "QUOTE" -> quote = constant();
      case "ESCAPE" -> escape = constant();
      case "ENCODING" -> encoding = constant();
      case "HEADER" -> header = at >= end || run.is(at, ",") || !isFalse(word());
      case "ON_ERROR" -> {
        if (!word().equals("STOP")) {
          throw new NotUnderstood("rows may be left out");
        }
      }
      case "FORCE_NULL" -> forcedNull = forcedColumns();
      case "FREEZE", "FORCE_QUOTE", "FORCE_NOT_NULL", "LOG_VERBOSITY" -> {}
      default -> throw new NotUnderstood("option " + name);
    }
  }

  private void oldOption(String name) {
    if (run.is(at, "AS")) {
      at++;
    }
    switch (name) {
      case "BINARY" -> kind = Kind.BINARY;
      case "CSV" -> kind = Kind.CSV;
      case "HEADER" -> header = true;
      case "FREEZE" -> {}
      case "DELIMITER", "DELIMITERS", "USING" -> {
        if (run.is(at, "DELIMITERS")) {
          at++;
        }
        delimiter = constant();
        at++;
      }
      case "NULL" -> {
        nullText = constant();
        at++;
      }
      case "QUOTE" -> {
        quote = constant();
        at++;
      }
      case "ESCAPE" -> {
        escape = constant();
        at++;
      }
      case "ENCODING" -> {
        encoding = constant();
        at++;
      }
      default -> throw new NotUnderstood("option " + name);
    }
  }

  private LoadFormat format() {
    boolean csv = kind == Kind.CSV;
    char quoted = one(quote, '"');
    return new LoadFormat(
        kind,
        one(delimiter, csv ? ',' : '\t'),
        nullText == null ? csv ? "" : "\\N" : nullText,
        defaultText,
        header,
        quoted,
        one(escape, quoted),
        encoding == null ? null : charset(encoding),
        forcedNull);
  }

  private static char one(@Nullable String text, char otherwise) {
    if (text == null) {
      return otherwise;
    }
    if (text.length() != 1 || text.charAt(0) > 127) {
      throw new NotUnderstood("one character expected");
    }
    return text.charAt(0);
  }

  private static Charset charset(String name) {
    String plain = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    return switch (plain) {
      case "UTF8", "UNICODE" -> StandardCharsets.UTF_8;
      case "SQLASCII" -> throw new NotUnderstood("no encoding");
      case "LATIN1" -> StandardCharsets.ISO_8859_1;
      case "LATIN9" -> Charset.forName("ISO-8859-15");
      default -> {
        if (!plain.startsWith("WIN") && !plain.startsWith("ISO")) {
          throw new NotUnderstood("encoding");
        }
        yield Charset.forName(
            plain.startsWith("WIN")
                ? "windows-" + plain.substring(3)
                : plain.replaceFirst("ISO8859", "ISO-8859-"));
      }
    };
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "TEXT" -> Kind.TEXT;
      case "CSV" -> Kind.CSV;
      case "BINARY" -> Kind.BINARY;
      default -> throw new NotUnderstood("format");
    };
  }

  /** A word, also one written as a string or a name. */
  private String word() {
    Token token = run.get(at);
    return switch (token.kind()) {
      case WORD, NUMBER -> run.textOf(at).toUpperCase(Locale.ROOT);
      case QUOTED -> Name.folded(run, at).toUpperCase(Locale.ROOT);
      case STRING -> constant().toUpperCase(Locale.ROOT);
      default -> throw new NotUnderstood("a word expected");
    };
  }

  private Set<String> forcedColumns() {
    return run.is(at, "*") ? Set.of("*") : Set.copyOf(columns(run, at, run.closing(at)));
  }

  private static boolean isFalse(String word) {
    return word.equals("FALSE") || word.equals("OFF") || word.equals("0");
  }

  private String constant() {
    String text = run.get(at).kind() == Token.Kind.STRING ? run.textOf(at) : "";
    if (text.startsWith("'")) {
      return text.substring(1, text.length() - 1).replace("''", "'");
    }
    if (text.length() > 2 && (text.startsWith("E'") || text.startsWith("e'"))) {
      return escaped(text.substring(2, text.length() - 1).replace("''", "'"));
    }
    throw new NotUnderstood("a string constant expected");
  }

  private static String escaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        c =
            switch (text.charAt(++i)) {
              case 't' -> '\t';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 'b' -> '\b';
              case 'f' -> '\f';
              case '\\', '\'' -> text.charAt(i);
              // Numbers of characters in one of several forms.
              default -> throw new NotUnderstood("an escape");
            };
      }
      plain.append(c);
    }
    return plain.toString();
  }

  private int skip(int end) {
    int depth = 0;
    while (at < end && (depth > 0 || !run.is(at, ","))) {
      depth += run.is(at, "(") ? 1 : run.is(at, ")") ? -1 : 0;
      at++;
    }
    return at;
  }
}
