package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.ReconcilerSchema;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Snapshots;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Whose control schema it is. Locks and the journal go by the migration's name: under another name
 * nothing would keep a repair and the applications apart.
 */
final class Registration {
  private final MigrationConfig config;
  private final Snapshots databases;

  Registration(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /** The other migration that the schema on {@code side} belongs to, if it is not this one's. */
  Optional<String> other(Side side) {
    return databases.on(side, this::other);
  }

  private Optional<String> other(Connection connection) throws SQLException {
    String schema = config.journal().schema();
    if (!ControlSchema.hasControl(connection, schema)) {
      return Optional.empty();
    }
    Control control = new Control(schema);
    return control.read(connection, config.migration()).isPresent()
        ? Optional.empty()
        : control.other(connection, config.migration());
  }

  /**
   * Checks one side.
   *
   * @throws ReconcilerException if the schema there is another migration's
   */
  void throwIfOthers(Side side) {
    Optional<String> other = other(side);
    if (other.isPresent()) {
      throw new ReconcilerException(
          Kind.USAGE,
          side.label()
              + ": schema "
              + config.journal().schema()
              + " belongs to migration \""
              + other.get()
              + "\", not \""
              + config.migration()
              + "\", and two migrations must not share a journal. If this is the same migration, its name must be \""
              + other.get()
              + "\" (`migration:`); if it is another, give it another `journal: {schema: …}`. Nothing was changed.");
    }
  }

  /**
   * Creates what is missing and registers the migration.
   *
   * @throws ReconcilerException if either schema is another migration's; nothing is created then
   */
  List<Initialised> create() {
    List.of(Side.values()).forEach(this::throwIfOthers);
    String schema = config.journal().schema();
    return List.of(Side.values()).stream()
        .map(
            side ->
                databases.write(
                    side,
                    c -> {
                      SortedSet<String> before = Initialised.parts(c, schema);
                      ControlSchema.create(c, schema, side.label());
                      ReconcilerSchema.create(c, schema, side.label());
                      new Control(schema).register(c, config.migration(), config.phase());
                      return Initialised.of(side, before, Initialised.parts(c, schema));
                    }))
        .toList();
  }
}
