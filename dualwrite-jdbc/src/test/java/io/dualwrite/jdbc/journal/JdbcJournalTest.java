package io.dualwrite.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Delivery;
import io.dualwrite.DualWriter;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalContract;
import io.dualwrite.journal.JournalEntry;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class JdbcJournalTest extends JournalContract {
  private TestDatabases dbs;

  @BeforeEach
  void use(TestDatabases databases) {
    dbs = databases;
  }

  @Override
  protected Journal emptyJournal() throws SQLException {
    return JdbcJournal.open(dbs.source(), "orders");
  }

  @Test
  void whatOneProcessAddsAnotherSeesAndWritersAreKeptApart() throws Exception {
    Journal one = JdbcJournal.open(dbs.source(), "other schema", "orders");
    Journal same = JdbcJournal.open(dbs.source(), "other schema", "orders");
    Journal customers = JdbcJournal.open(dbs.source(), "other schema", "customers");
    JournalEntry entry = one.add("1", Side.SOURCE);
    assertThat(same.entriesOf("1")).extracting(JournalEntry::id).containsExactly(entry.id());
    assertThat(customers.size()).isZero();
    customers.remove(List.of(entry));
    assertThat(one.size()).isEqualTo(1);
  }

  @Test
  void entryIsCommittedAlthoughThePoolHandsOutTransactions() throws Exception {
    Journal journal = emptyJournal();
    Journal inTransactions = JdbcJournal.open(new AutoCommitOff(dbs.source()), "orders");
    inTransactions.add("1", Side.SOURCE);
    assertThat(journal.size()).isEqualTo(1);
  }

  @Test
  void severalThatOpenAtOnceCreateItOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<JdbcJournal>> opened = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        opened.add(
            threads.submit(
                () -> {
                  start.await();
                  return JdbcJournal.open(dbs.source(), "at_once", "orders");
                }));
      }
      start.countDown();
      for (Future<JdbcJournal> each : opened) {
        assertThat(each.get().size()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whoMayNotCreateItIsToldWhatToAskFor() throws Exception {
    String role = "plain_" + dbs.database();
    dbs.execute(dbs.source(), "CREATE ROLE \"" + role + "\"");
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SET ROLE \"" + role + "\"");
      assertThatThrownBy(() -> RepositoryJournalTable.create(connection, "mine"))
          .isInstanceOf(MissingPrivilegeException.class)
          .hasMessageContaining("may not create \"mine\".repository_journal (42501)")
          .hasMessageContaining("CREATE SCHEMA IF NOT EXISTS \"mine\"; CREATE TABLE");
      statement.execute("RESET ROLE");
    } finally {
      dbs.execute(dbs.source(), "DROP ROLE \"" + role + "\"");
    }
  }

  @Test
  void tableThatIsGoneIsAnErrorWithItsState() throws Exception {
    Journal journal = emptyJournal();
    dbs.execute(dbs.source(), "DROP TABLE dualwrite.repository_journal");
    assertThatThrownBy(() -> journal.add("1", Side.SOURCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("journal of orders: \"dualwrite\".repository_journal cannot be used (42P01)")
        .hasCauseInstanceOf(SQLException.class);
  }

  /** A process dies after the primary's write; the next one brings the key over. */
  @Test
  void survivesTheProcess() throws Exception {
    dbs.executeOnBoth("CREATE TABLE orders (id bigint PRIMARY KEY, text text)");
    emptyJournal().add("1", Side.SOURCE);
    put(Side.SOURCE, 1, "tea");
    try (DualWriter writer =
        DualWriter.builder("orders")
            .phase(Phase.SOURCE_PRIMARY)
            .failurePolicy(FailurePolicy.RECOVER)
            .delivery(Delivery.SYNC)
            .journal(emptyJournal())
            .copier(
                Long.class,
                (key, from) ->
                    put(
                        from.other(),
                        key,
                        dbs.queryValue(
                            from == Side.SOURCE ? dbs.source() : dbs.target(),
                            "SELECT text FROM orders WHERE id = " + key)))
            .takeOverAfter(Duration.ofMillis(2100))
            .build()) {
      writer.<SQLException>write(
          "save", 2L, () -> put(Side.SOURCE, 2, "milk"), () -> put(Side.TARGET, 2, "milk"));
      assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    }
    dbs.assertSameRows("SELECT * FROM orders");
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM orders")).isEqualTo("2");
  }

  private void put(Side side, long id, String text) throws SQLException {
    dbs.execute(
        side == Side.SOURCE ? dbs.source() : dbs.target(),
        "INSERT INTO orders VALUES ("
            + id
            + ", '"
            + text
            + "') ON CONFLICT (id) DO UPDATE SET text = EXCLUDED.text");
  }
}
