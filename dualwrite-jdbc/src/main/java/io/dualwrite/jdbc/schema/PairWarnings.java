package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.CaptureMode;
import java.util.ArrayList;
import java.util.List;

/** What works for one pair of tables, but not as well as it could, or not in every case. */
final class PairWarnings {
  private final TablePair pair;
  private final List<Warning> warnings = new ArrayList<>();

  private PairWarnings(TablePair pair) {
    this.pair = pair;
  }

  static List<Warning> of(TablePair pair, NamedTable target) {
    PairWarnings found = new PairWarnings(pair);
    found.key(target);
    found.triggersOfTarget();
    if (target.config().capture() == CaptureMode.STATEMENT) {
      found.triggersOfSource();
      pair.source().foreignKeys().forEach(found::actions);
    }
    return found.warnings;
  }

  private void key(NamedTable target) {
    if (pair.key().isEmpty()) {
      return;
    }
    if (pair.conflictKey(Side.TARGET).isEmpty()) {
      warn(
          "key-index",
          pair.target().name()
              + " on the target has no unique index over exactly ("
              + names(Side.TARGET)
              + "), so that rows are looked up and written more slowly there. Create one.");
    }
    boolean sameKey =
        KeyChoice.of(target) instanceof KeyChoice.Chosen chosen
            && chosen.columns().equals(pair.keyOn(Side.TARGET));
    if (!sameKey) {
      warn(
          "key-differs",
          "the key on the target is not that on the source. Before the target becomes primary, fix it with `key: ["
              + names(Side.SOURCE)
              + "]` under tables.overrides.");
    }
  }

  private void triggersOfSource() {
    if (!pair.source().userTriggers().isEmpty()) {
      warn(
          "source-trigger",
          "what triggers on the source write to other tables is not mirrored: "
              + String.join(", ", pair.source().userTriggers())
              + ".");
    }
  }

  private void triggersOfTarget() {
    if (!pair.target().userTriggers().isEmpty()) {
      warn(
          "target-trigger",
          "triggers on the target run for delivered rows too and may change them: "
              + String.join(", ", pair.target().userTriggers())
              + ".");
    }
  }

  /** Rows that a foreign key's action changes are in no statement, and so not in the journal. */
  private void actions(ForeignKey key) {
    if (acts(key.onUpdate())) {
      warn(
          "foreign-key-update",
          "rows that foreign key "
              + key.name()
              + " changes when a key of "
              + key.parent()
              + " does (ON UPDATE) are not mirrored.");
    }
    if (acts(key.onDelete()) && !sameOnTarget(key)) {
      warn(
          "foreign-key-delete",
          "rows that foreign key "
              + key.name()
              + " changes when a row of "
              + key.parent()
              + " is deleted (ON DELETE) are not mirrored, as the target has no such key with the same action. Create it there.");
    }
  }

  private boolean sameOnTarget(ForeignKey key) {
    List<String> columns =
        key.columns().stream()
            .flatMap(c -> pair.columns().stream().filter(p -> p.source().name().equals(c)))
            .map(p -> p.target().name())
            .toList();
    return pair.target().foreignKeys().stream()
        .anyMatch(k -> k.onDelete() == key.onDelete() && k.columns().equals(columns));
  }

  private static boolean acts(char action) {
    return action == 'c' || action == 'n' || action == 'd';
  }

  private String names(Side side) {
    return String.join(", ", pair.keyOn(side).stream().map(Column::name).toList());
  }

  private void warn(String reason, String explanation) {
    warnings.add(new Warning(pair.name().toString(), reason, explanation));
  }
}
