package io.dualwrite.jdbc.schema;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user's functions that may change what names mean, the search path or the role, and those that
 * call them, as far as their sources tell. One with a {@code SET search_path} clause of its own has
 * it set back when it ends.
 */
final class NamingFunctions {
  /** In the server's dialect of regular expressions, regardless of case. */
  private static final String SETS =
      "set_config|search_path|\\m(set|reset)\\s+((local|session)\\s+)?(role|schema|all|session\\s+authorization)\\M|\\mdiscard\\M";

  private static final Pattern SET_CONFIG =
      Pattern.compile("set_config\\s*\\(\\s*'([^']*)'", Pattern.CASE_INSENSITIVE);

  private static final Set<String> NAMING = Set.of("search_path", "role", "session_authorization");

  private final Set<Long> oids = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private String pattern = "";
  private boolean grown = true;

  /** Whether there may be more; then {@link #pattern} finds them. */
  boolean seekMore() {
    if (!grown) {
      return false;
    }
    grown = false;
    pattern = oids.isEmpty() ? SETS : "\\m(" + String.join("|", quoted()) + ")\\M";
    return true;
  }

  /** What the source of a function is to match. */
  String pattern() {
    return pattern;
  }

  /** A function whose source matches. */
  void found(long oid, String name, String source) {
    if (!oids.contains(oid) && (!pattern.equals(SETS) || setsNames(source))) {
      oids.add(oid);
      names.add(name);
      grown = true;
    }
  }

  /** Whether a source does more than setting settings that are no names' business. */
  private static boolean setsNames(String source) {
    Matcher call = SET_CONFIG.matcher(source);
    StringBuilder rest = new StringBuilder();
    while (call.find()) {
      boolean naming = NAMING.contains(call.group(1).toLowerCase(Locale.ROOT));
      call.appendReplacement(rest, naming ? "set_config" : "");
    }
    call.appendTail(rest);
    return Pattern.compile(
            SETS.replace("\\m", "\\b").replace("\\M", "\\b"), Pattern.CASE_INSENSITIVE)
        .matcher(rest)
        .find();
  }

  private Set<String> quoted() {
    Set<String> quoted = new HashSet<>();
    names.forEach(name -> quoted.add(name.replaceAll("(\\W)", "\\\\$1")));
    return quoted;
  }

  Set<Long> oids() {
    return oids;
  }

  /** In the catalog's case. */
  Set<String> names() {
    return names;
  }
}
