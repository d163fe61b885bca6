package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.config.TablesConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.lockservice.LockService;
import liquibase.lockservice.LockServiceFactory;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Liquibase on the source through dualwrite, and before that on the target itself. */
class LiquibaseTest extends ClientContract {
  private static final Logger LOGGER = Logger.getLogger("liquibase");

  @Override
  TablesConfig mirroredTables() {
    return new TablesConfig(List.of("*.*"), List.of("*.databasechangelog*"), Map.of());
  }

  @Override
  Set<String> expectedUnmirrored() {
    return Set.of("ddl");
  }

  @BeforeEach
  void nothingMigrated() throws SQLException {
    LOGGER.setLevel(Level.OFF);
    databases().executeOnBoth("DROP SCHEMA IF EXISTS app CASCADE", "CREATE SCHEMA app");
  }

  @Test
  void whatMigrationsWriteIsMirroredAndSoAreTheirTables() throws Exception {
    updateBoth("first");
    databases().execute(dataSource(), "INSERT INTO app.item (name) VALUES ('between')");
    updateBoth("second");
    databases().execute(dataSource(), "INSERT INTO app.item (name, price) VALUES ('after', 9)");
    assertThat(stored("SELECT string_agg(name || ' ' || price, ',' ORDER BY name) FROM app.item"))
        .isEqualTo("PLUM 1.50,after 9.00,between 1.50,it's first 1.50,peach 1.50");
    assertThat(stored("SELECT locked FROM app.databasechangeloglock")).isEqualTo("f");
  }

  @Test
  void aChangeSetThatCreatesATableAndFillsIt() throws Exception {
    updateBoth("first");
    updateBoth("filled");
    assertThat(stored("SELECT string_agg(name, ',' ORDER BY id) FROM app.kind"))
        .isEqualTo("fruit,vegetable");
  }

  @Test
  void aRollbackOfAChangeSet() throws Exception {
    updateBoth("first");
    updateBoth("second");
    with(databases().target(), liquibase -> liquibase.rollback(1, ""));
    with(dataSource(), liquibase -> liquibase.rollback(2, ""));
    databases().execute(dataSource(), "INSERT INTO app.item (name) VALUES ('after')");
    assertThat(stored("SELECT string_agg(name, ',' ORDER BY name) FROM app.item"))
        .isEqualTo("after,it's first,peach");
  }

  @Test
  void theLockKeepsASecondInstanceOut() throws Exception {
    updateBoth("first");
    with(
        dataSource(),
        first -> {
          LockService held = LockServiceFactory.getInstance().getLockService(first.getDatabase());
          assertThat(held.acquireLock()).isTrue();
          with(
              dataSource(),
              second ->
                  assertThat(
                          LockServiceFactory.getInstance()
                              .getLockService(second.getDatabase())
                              .acquireLock())
                      .isFalse());
          held.releaseLock();
        });
    updateBoth("second");
  }

  @Test
  void aChangeSetThatFailsLeavesNothing() throws Exception {
    updateBoth("first");
    assertThatThrownBy(() -> with(dataSource(), l -> l.update(new Contexts("fails"))))
        .isInstanceOf(LiquibaseException.class)
        .hasMessageContaining("division by zero");
    assertThat(stored("SELECT count(*) FROM app.item WHERE name = 'half done'")).isEqualTo("0");
    assertThat(stored("SELECT locked FROM app.databasechangeloglock")).isEqualTo("f");
    databases().execute(dataSource(), "UPDATE app.item SET name = 'whole' WHERE name = 'pear'");
  }

  /** The target first, with the schema alone: rows follow by delivery. */
  private void updateBoth(String context) throws Exception {
    if (wrapped()) {
      awaitDelivery();
    }
    with(databases().target(), liquibase -> liquibase.update(new Contexts(context, "schema")));
    with(dataSource(), liquibase -> liquibase.update(new Contexts(context, "schema", "data")));
  }

  private static void with(DataSource dataSource, Work work) throws Exception {
    Scope.child(
        Map.of(Scope.Attr.ui.name(), new LoggerUIService()),
        () -> {
          try (Connection connection = dataSource.getConnection()) {
            Database database =
                DatabaseFactory.getInstance()
                    .findCorrectDatabaseImplementation(new JdbcConnection(connection));
            database.setDefaultSchemaName("app");
            database.setLiquibaseSchemaName("app");
            work.on(
                new Liquibase(
                    "db/liquibase/changelog.xml", new ClassLoaderResourceAccessor(), database));
          }
        });
  }

  private interface Work {
    void on(Liquibase liquibase) throws Exception;
  }
}
