package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.schema.Identifiers;
import java.util.List;

/**
 * What makes the triggers follow the control row, and records the gaps that arise while they rest:
 * a gap begins in the transaction that engages the kill switch, however it is engaged, so that no
 * snapshot shows the one without the other.
 *
 * <p>Triggers rest in a transaction only if its snapshot shows the row engaged and the row's turn
 * is the sequence's, which every change of the row moves on and which has no snapshots. So a
 * transaction whose snapshot is older than the release journals, and those that rested were under
 * way, with a number of their own, before the release: the gap ends when the last of them has.
 */
final class ControlTrigger {
  /** Counts the changes between journaling and resting. */
  static final String SEQUENCE = "capture_turn";

  /** The function and its trigger on the control table. */
  static final String NAME = "capture_turn";

  private ControlTrigger() {}

  /** What it needs beside the control schema; each takes a lock that holds up every writer. */
  static List<String> columns(TriggerNames names) {
    return List.of(
        "CREATE SEQUENCE IF NOT EXISTS " + names.sql(SEQUENCE),
        "ALTER TABLE "
            + names.sql("control")
            + " ADD COLUMN IF NOT EXISTS capture_turn bigint, ADD COLUMN IF NOT EXISTS captured_at timestamptz",
        "ALTER TABLE " + names.sql("gaps") + " ADD COLUMN IF NOT EXISTS last_tx xid8");
  }

  /** The trigger, which is not there yet. Where the others are to rest already, a gap begins. */
  static List<String> create(TriggerNames names) {
    String control = names.sql("control");
    return List.of(
        function(names),
        "REVOKE EXECUTE ON FUNCTION " + names.sql(NAME) + "() FROM PUBLIC",
        "CREATE TRIGGER "
            + NAME
            + " BEFORE UPDATE ON "
            + control
            + " FOR EACH ROW EXECUTE FUNCTION "
            + names.sql(NAME)
            + "()",
        "ALTER TABLE " + control + " ENABLE ALWAYS TRIGGER " + NAME,
        "UPDATE " + control + " SET capture_turn = NULL");
  }

  static String function(TriggerNames names) {
    return "CREATE OR REPLACE FUNCTION "
        + names.sql(NAME)
        + "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS "
        + Dollars.quote(body(names));
  }

  static String body(TriggerNames names) {
    return """
        BEGIN
          IF NOT NEW.kill_switch AND NEW.phase = 'SOURCE_PRIMARY' THEN
            PERFORM setval({sequence}, (SELECT s.last_value + 1 FROM {turns} s));
            NEW.capture_turn := NULL;
            RETURN NEW;
          END IF;
          IF NEW.capture_turn IS NULL OR NEW.capture_turn <> (SELECT s.last_value FROM {turns} s) THEN
            -- Not nextval, which may lose count in a crash of the server.
            NEW.capture_turn := setval({sequence}, (SELECT s.last_value + 1 FROM {turns} s));
          END IF;
          IF NEW.kill_switch OR NEW.phase = 'SOURCE_ONLY' THEN
            IF OLD.capture_turn IS NOT NULL AND (OLD.kill_switch OR OLD.phase = 'SOURCE_ONLY') THEN
              RETURN NEW;
            END IF;
            INSERT INTO {gaps} (migration, instance, reason, since)
              VALUES (NEW.migration, {instance}, CASE WHEN NEW.kill_switch THEN 'kill switch' ELSE 'phase SOURCE_ONLY' END, clock_timestamp());
          END IF;
          RETURN NEW;
        END
        """
        .replace("{sequence}", Identifiers.literal(names.sql(SEQUENCE)))
        .replace("{turns}", names.sql(SEQUENCE))
        .replace("{gaps}", names.sql("gaps"))
        .replace("{instance}", Identifiers.literal(Gaps.TRIGGERS));
  }

  /** The statements that remove it; the columns stay. */
  static List<String> drop(TriggerNames names) {
    return List.of(
        "DROP TRIGGER IF EXISTS " + NAME + " ON " + names.sql("control"),
        "DROP FUNCTION IF EXISTS " + names.sql(NAME) + "()",
        "DROP SEQUENCE IF EXISTS " + names.sql(SEQUENCE),
        "UPDATE " + names.sql("control") + " SET capture_turn = NULL, captured_at = NULL");
  }
}
