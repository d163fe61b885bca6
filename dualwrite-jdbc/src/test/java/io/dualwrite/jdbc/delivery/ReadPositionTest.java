package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each round reads what the rounds before it could not see, and no more. */
@WithDatabases
class ReadPositionTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;
  private final List<Connection> open = new ArrayList<>();
  private Bed bed;
  private LaneDelivery lane;

  ReadPositionTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws Exception {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    lane = bed.delivery(ITEM);
  }

  @AfterEach
  void close() throws Exception {
    for (Connection connection : open) {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.close();
    }
  }

  private Connection transaction() throws Exception {
    Connection connection = dbs.source().getConnection();
    connection.setAutoCommit(false);
    open.add(connection);
    return connection;
  }

  private void write(Connection connection, int id) throws Exception {
    Bed.run(connection, "INSERT INTO item VALUES (" + id + ", 0)");
    bed.enter(connection, ITEM, bed.keyId(ITEM), Integer.toString(id));
  }

  private void writeMany(Connection connection, int from, int to) throws Exception {
    Bed.run(
        connection,
        "INSERT INTO item SELECT g, 0 FROM generate_series(" + from + ", " + to + ") g");
    Bed.run(
        connection,
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.item', "
            + bed.keyId(ITEM)
            + ", ARRAY[g::text] FROM generate_series("
            + from
            + ", "
            + to
            + ") g");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1 FROM item", "INSERT INTO item VALUES (-1, 0)"})
  void aTransactionThatStaysOpenDoesNotMakeRoundsReadAllThatIsDeleted(String first)
      throws Exception {
    Connection staysOpen = transaction();
    Bed.run(staysOpen, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    Bed.run(staysOpen, first);
    bed.drain(lane);
    int rounds = 60;
    int rows = 100;
    long begun = System.nanoTime();
    Connection writer = transaction();
    for (int i = 0; i < rounds; i++) {
      writeMany(writer, i * rows, i * rows + rows - 1);
      writer.commit();
      bed.drain(lane);
    }
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    long halfMinutes = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) / 30;
    assertThat(entriesReadFromTheIndex())
        .as("beside reading everything every half minute")
        .isLessThan((6 + halfMinutes) * rounds * rows);
  }

  /** What hundreds of transactions leave that end together would fill the memory. */
  @Test
  @Guarantee("G1")
  void ofManyThatWereUnderWayAFewEntriesAreReadAtOnceAndAllInTheEnd() throws Exception {
    int writers = 40;
    int rows = 300;
    List<Connection> writing = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      Connection writer = transaction();
      writing.add(writer);
      writeMany(writer, i * rows, i * rows + rows - 1);
    }
    bed.drain(lane);
    for (Connection writer : writing) {
      writer.commit();
    }
    int rounds = 0;
    RoundResult result;
    do {
      result = lane.round(true);
      assertThat(result.rows()).isLessThanOrEqualTo(5 * DeliverySettings.DEFAULT.batch());
      rounds++;
    } while (result.kind() != RoundResult.Kind.DRAINED);
    assertThat(rounds).isGreaterThan(2);
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
  }

  private long entriesReadFromTheIndex() throws Exception {
    // The sessions of the delivery report what they did when they are idle for a while, or end.
    try (Connection source = dbs.source().getConnection()) {
      Bed.run(source, "SELECT pg_stat_force_next_flush()");
    }
    return Long.parseLong(
        dbs.queryValue(
            dbs.source(),
            "SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes WHERE relname = 'journal'"));
  }

  @Test
  @Guarantee("G1")
  void whatWasUnderWayIsReadOnceItIsCommitted() throws Exception {
    Connection slow = transaction();
    write(slow, 1);
    Connection slower = transaction();
    write(slower, 2);
    Connection quick = transaction();
    write(quick, 3);
    quick.commit();
    bed.drain(lane);
    write(quick, 4);
    quick.commit();
    slow.commit();
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    write(quick, 5);
    quick.commit();
    bed.drain(lane);
    slower.commit();
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  @Guarantee("G1")
  void aLargeTransactionThatCommitsLateIsReadInPieces() throws Exception {
    Connection large = transaction();
    writeMany(large, 1, 3_500);
    Connection quick = transaction();
    write(quick, 10_000);
    quick.commit();
    bed.drain(lane);
    large.commit();
    write(quick, 10_001);
    quick.commit();
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  @Guarantee("G1")
  void whatWasUnderWayWhenAWalkBeganNeedNotWaitForItsEnd() throws Exception {
    dbs.executeOnBoth("INSERT INTO item SELECT g, 0 FROM generate_series(1, 20000) g");
    bed.drain(lane);
    Connection slow = transaction();
    Bed.run(slow, "UPDATE item SET n = 7 WHERE id = 19999");
    bed.enter(slow, ITEM, bed.keyId(ITEM), "19999");
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name) SELECT 'public.item' FROM generate_series(1, 2000)");
    lane.round(true);
    slow.commit();
    lane.round(true);
    lane.round(true);
    assertThat(dbs.queryValue(dbs.target(), "SELECT n FROM item WHERE id = 19999")).isEqualTo("7");
    bed.drain(lane);
    assertThat(bed.pending()).isZero();
  }

  @Test
  @Guarantee("G1")
  void aPreparedTransactionIsReadOnceItIsCommitted() throws Exception {
    if ("0".equals(dbs.queryValue(dbs.source(), "SHOW max_prepared_transactions"))) {
      return;
    }
    Connection prepared = transaction();
    write(prepared, 1);
    String id = "read_position_" + System.nanoTime();
    Bed.run(prepared, "PREPARE TRANSACTION '" + id + "'");
    Connection quick = transaction();
    write(quick, 2);
    quick.commit();
    bed.drain(lane);
    prepared.rollback();
    prepared.setAutoCommit(true);
    Bed.run(prepared, "COMMIT PREPARED '" + id + "'");
    prepared.setAutoCommit(false);
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
  }

  @Test
  @Guarantee("G1")
  void inWhateverOrderTransactionsEndAllOfThemIsRead() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Connection> writers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      writers.add(transaction());
    }
    int id = 0;
    for (int step = 0; step < 150; step++) {
      Collections.shuffle(writers, random);
      switch (random.nextInt(4)) {
        case 0 -> writers.get(0).commit();
        case 1 -> lane.round(random.nextBoolean());
        case 2 -> writeMany(writers.get(0), ++id, id += random.nextInt(400));
        default -> write(writers.get(0), ++id);
      }
    }
    for (Connection writer : writers) {
      writer.commit();
      lane.round(false);
    }
    bed.drain(lane);
    assertThat(bed.pending()).as("seed %d", seed).isZero();
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
  }

  @Test
  @Guarantee("G1")
  void entriesThatComeFromAnotherServerDoNotHideThoseBehindThem() throws Exception {
    dbs.execute(
        dbs.source(),
        "INSERT INTO item VALUES (1, 1)",
        "INSERT INTO dualwrite.journal (table_name, key_id, key, tx) VALUES ('public.item', "
            + bed.keyId(ITEM)
            + ", '{1}', '900000000000')");
    bed.drain(lane);
    Connection writer = transaction();
    write(writer, 2);
    writer.commit();
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }
}
