package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.schema.Column;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the target's column takes every value that the source's may hold. */
final class TypeFit {
  private static final Pattern MODIFIER = Pattern.compile("\\((\\d+)(?:,(-?\\d+))?\\)");
  private static final Set<String> PRECISE =
      Set.of("timestamp", "timestamptz", "time", "timetz", "interval");

  private TypeFit() {}

  /** What does not fit. */
  sealed interface Misfit {
    /** In words, as the end of a sentence about the column. */
    String words();
  }

  /** Some values are refused on the target. */
  record Refuses(String words) implements Misfit {}

  /** Values arrive changed. */
  record Changes(String words) implements Misfit {}

  /** No value can be read. */
  record Never(String words) implements Misfit {}

  private enum Family {
    NUMBER(Set.of("int2", "int4", "int8", "numeric", "float4", "float8", "oid", "money")),
    TEXT(Set.of("text", "varchar", "bpchar", "name", "char", "citext")),
    CLOCK(Set.of("date", "timestamp", "timestamptz")),
    TIME_OF_DAY(Set.of("time", "timetz")),
    SPAN(Set.of("interval")),
    BOOLEAN(Set.of("bool")),
    UUID(Set.of("uuid")),
    JSON(Set.of("json", "jsonb")),
    BYTES(Set.of("bytea")),
    NETWORK(Set.of("inet", "cidr")),
    OTHER(Set.of());

    private final Set<String> types;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
    Family(Set<String> types) {
      this.types = types;
    }

    static Family of(Column column) {
      for (Family family : values()) {
        if (column.typeKind() == 'b' && family.types.contains(column.baseType())) {
          return family;
        }
      }
      return OTHER;
    }
  }

  static Optional<Misfit> of(Column source, Column target) {
    Family from = Family.of(source);
    Family to = Family.of(target);
    if (from == Family.OTHER || to == Family.OTHER) {
      boolean alike =
          source.baseType().equals(target.baseType()) && source.typeKind() == target.typeKind();
      return alike || to == Family.TEXT
          ? length(source, target)
          : Optional.of(new Refuses("a value whose text does not read as " + target.type()));
    }
    if (from != to && to != Family.TEXT) {
      boolean somehow =
          from == Family.TEXT
              || (from == Family.NUMBER && to == Family.BOOLEAN)
              || (from == Family.CLOCK && to == Family.TIME_OF_DAY);
      return Optional.of(
          somehow
              ? new Refuses("a value whose text does not read as " + target.type())
              : new Never("no " + source.type() + " reads as " + target.type()));
    }
    return switch (to) {
      case TEXT -> length(source, target);
      case NUMBER -> numbers(source, target);
      case CLOCK, TIME_OF_DAY, SPAN -> clocks(source, target);
      default -> Optional.empty();
    };
  }

  private static Optional<Misfit> length(Column source, Column target) {
    int room = modifier(target);
    int most = modifier(source);
    return Family.of(target) == Family.TEXT && room > 0 && (most == 0 || most > room)
        ? Optional.of(new Refuses("a text longer than " + room + " characters"))
        : Optional.empty();
  }

  private static Optional<Misfit> numbers(Column source, Column target) {
    int from = size(source);
    int to = size(target);
    if (from > 0 && to > 0) {
      return to < from
          ? Optional.of(new Refuses("a number beyond the range of " + target.type()))
          : Optional.empty();
    }
    if (target.baseType().equals("numeric")) {
      return numeric(source, target);
    }
    if (target.baseType().startsWith("float")) {
      boolean exact =
          source.baseType().equals(target.baseType())
              || source.baseType().equals("float4")
              || (from > 0 && from < 8 && target.baseType().equals("float8"));
      return exact
          ? Optional.empty()
          : Optional.of(new Changes("rounded to the digits of " + target.type()));
    }
    return source.baseType().equals(target.baseType())
        ? Optional.empty()
        : Optional.of(new Refuses("a number that does not read as " + target.type()));
  }

  private static Optional<Misfit> numeric(Column source, Column target) {
    Matcher to = MODIFIER.matcher(target.type());
    if (!to.find()) {
      return Optional.empty();
    }
    int digits = Integer.parseInt(to.group(1));
    int scale = to.group(2) == null ? 0 : Integer.parseInt(to.group(2));
    int whole = size(source) == 2 ? 5 : size(source) == 4 ? 10 : size(source) == 8 ? 19 : 0;
    if (whole > 0) {
      return digits - scale < whole
          ? Optional.of(new Refuses("a number beyond the range of " + target.type()))
          : Optional.empty();
    }
    Matcher from = MODIFIER.matcher(source.type());
    if (source.baseType().equals("numeric") && from.find()) {
      int itsScale = from.group(2) == null ? 0 : Integer.parseInt(from.group(2));
      int itsWhole = Integer.parseInt(from.group(1)) - itsScale;
      if (itsScale <= scale) {
        return itsWhole <= digits - scale
            ? Optional.empty()
            : Optional.of(new Refuses("a number beyond the range of " + target.type()));
      }
    }
    return Optional.of(new Changes("rounded to " + scale + " decimal places"));
  }

  private static Optional<Misfit> clocks(Column source, Column target) {
    if (target.baseType().equals("date") && !source.baseType().equals("date")) {
      return Optional.of(new Changes("cut to the day"));
    }
    boolean instant = target.baseType().equals("timestamptz");
    if (Family.of(target) == Family.CLOCK
        && instant != source.baseType().equals("timestamptz")
        && !source.baseType().equals("date")) {
      return Optional.of(
          new Changes(
              "taken for a time of UTC"
                  + (instant ? "" : ", which local readers would take for their own")));
    }
    if (PRECISE.contains(target.baseType()) && target.type().indexOf('(') > 0) {
      int digits = modifier(target);
      int its = source.type().indexOf('(') > 0 ? modifier(source) : 6;
      return its > digits && !source.baseType().equals("date")
          ? Optional.of(new Changes("rounded to " + digits + " digits of a second"))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static int size(Column column) {
    return switch (column.baseType()) {
      case "int2" -> 2;
      case "int4" -> 4;
      case "int8" -> 8;
      default -> 0;
    };
  }

  private static int modifier(Column column) {
    Matcher modifier = MODIFIER.matcher(column.type());
    return modifier.find() ? Integer.parseInt(modifier.group(1)) : 0;
  }
}
