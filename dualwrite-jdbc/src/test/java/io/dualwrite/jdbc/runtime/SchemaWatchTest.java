package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.wrap.SessionNames;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that meet, several at once, what is newer than what is known of the schema. */
@WithDatabases
class SchemaWatchTest {
  private static final MigrationConfig CONFIG = MigrationConfig.builder("test").build();
  private static final String INSERT = "INSERT INTO fresh VALUES (1)";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MANY = 1_000;

  private final TestDatabases dbs;
  private final ScheduledThreadPoolExecutor chores = Upkeep.threads("test");
  private final AtomicInteger begun = new AtomicInteger();
  private final Semaphore mayConnect = new Semaphore(MANY);
  private final Semaphore mayEnd = new Semaphore(MANY);
  private Plans plans;
  private SchemaWatch schema;

  SchemaWatchTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void start() throws SQLException {
    dbs.execute(dbs.source(), ControlSchema.ddl("dualwrite").toArray(new String[0]));
    dbs.execute(dbs.source(), "CREATE TABLE item (id int PRIMARY KEY)");
    plans = new Plans(new Gated(), CONFIG, Side.SOURCE);
    schema = new SchemaWatch("test", plans, chores, PATIENCE);
    begun.set(0);
  }

  @AfterEach
  void stop() {
    mayConnect.release(MANY);
    mayEnd.release(MANY);
    chores.shutdownNow();
  }

  /** Counts the looks at the schema, and holds them up before they read or after. */
  private final class Gated extends ForwardingDataSource {
    private Gated() {
      super(dbs.source());
    }

    @Override
    public Connection getConnection() throws SQLException {
      begun.incrementAndGet();
      mayConnect.acquireUninterruptibly();
      Connection connection = super.getConnection();
      return (Connection)
          java.lang.reflect.Proxy.newProxyInstance(
              Connection.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, args) -> {
                if (method.getName().equals("close")) {
                  mayEnd.acquireUninterruptibly();
                }
                try {
                  return method.invoke(connection, args);
                } catch (java.lang.reflect.InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  /** On a thread of its own. */
  private static final class Statement<R> {
    private final FutureTask<R> work;
    private final Thread thread;

    private Statement(Callable<R> what) {
      work = new FutureTask<>(what);
      thread = new Thread(work, "application");
      thread.setDaemon(true);
      thread.start();
    }

    /** Whether it waits, or else is over. */
    private boolean waits() {
      return work.isDone() || thread.getState() == Thread.State.TIMED_WAITING;
    }
  }

  private CapturePlan plan(String sql) throws SQLException {
    try (Connection connection = dbs.source().getConnection()) {
      return schema.plan(connection, new SessionNames(), sql, RequestedKeys.NONE);
    }
  }

  private void awaitLooks(int number) {
    Awaitility.await().untilAtomic(begun, org.hamcrest.Matchers.is(number));
  }

  private <R> List<Statement<R>> several(Callable<R> work) {
    List<Statement<R>> statements = new ArrayList<>(List.of(new Statement<>(work)));
    awaitLooks(1);
    for (int i = 0; i < 5; i++) {
      statements.add(new Statement<>(work));
    }
    Awaitility.await().until(() -> statements.stream().allMatch(Statement::waits));
    return statements;
  }

  @Test
  @Guarantee("G1")
  void aNewTableIsMirroredForAllThatMeetItAtOnce() throws Exception {
    dbs.execute(dbs.source(), "CREATE TABLE fresh (id int PRIMARY KEY)");
    mayConnect.drainPermits();
    List<Statement<CapturePlan>> statements = several(() -> plan(INSERT));
    mayConnect.release(MANY);
    for (Statement<CapturePlan> statement : statements) {
      assertThat(statement.work.get()).isInstanceOf(CapturePlan.Captured.class);
    }
    assertThat(begun).hasValue(1);
  }

  @Test
  @Guarantee("G1")
  void soItIsWhereALookHadBegunBeforeItWasMade() throws Exception {
    dbs.execute(dbs.source(), "CREATE TABLE earlier (id int PRIMARY KEY)");
    mayEnd.drainPermits();
    Statement<CapturePlan> other = new Statement<>(() -> plan("INSERT INTO earlier VALUES (1)"));
    Awaitility.await().until(mayEnd::hasQueuedThreads);
    dbs.execute(dbs.source(), "CREATE TABLE fresh (id int PRIMARY KEY)");
    Statement<CapturePlan> statement = new Statement<>(() -> plan(INSERT));
    Awaitility.await().until(statement::waits);
    mayEnd.release(MANY);
    assertThat(other.work.get()).isInstanceOf(CapturePlan.Captured.class);
    assertThat(statement.work.get()).isInstanceOf(CapturePlan.Captured.class);
    assertThat(begun).hasValue(2);
  }

  @Test
  @Guarantee("G1")
  void oneAfterTheOtherAreMirroredToo() throws Exception {
    for (String table : List.of("one", "two", "three")) {
      dbs.execute(dbs.source(), "CREATE TABLE " + table + " (id int PRIMARY KEY)");
      assertThat(plan("INSERT INTO " + table + " VALUES (1)"))
          .isInstanceOf(CapturePlan.Captured.class);
    }
  }

  @Test
  @Guarantee("G7")
  void allWhoseColumnIsGoneLearnThatTheirPlansAreOutOfDate() throws Exception {
    CapturePlan.Captured plan = (CapturePlan.Captured) plan("INSERT INTO item VALUES (1)");
    dbs.execute(dbs.source(), "ALTER TABLE item RENAME COLUMN id TO number");
    SQLException failure = new SQLException("column item.id does not exist", "42703");
    mayConnect.drainPermits();
    List<Statement<Boolean>> statements = several(() -> schema.outdated(plan, failure));
    mayConnect.release(MANY);
    for (Statement<Boolean> statement : statements) {
      assertThat(statement.work.get()).isTrue();
    }
    assertThat(begun).hasValue(1);
  }

  @Test
  @Guarantee("G6")
  void anApplicationThatMisspellsColumnsIsNotHeldUpEachTime() throws Exception {
    CapturePlan.Captured plan = (CapturePlan.Captured) plan("INSERT INTO item VALUES (1)");
    SQLException failure = new SQLException("column item.idd does not exist", "42703");
    for (int i = 0; i < 20; i++) {
      assertThat(schema.outdated(plan, failure)).isFalse();
    }
    assertThat(begun.get()).isBetween(1, 5);
  }

  @Test
  @Guarantee("G1")
  void whatItsOwnTransactionMadeIsLookedForOnceAndByOthersAfterItsEnd() throws Exception {
    try (Connection own = dbs.source().getConnection();
        java.sql.Statement statement = own.createStatement()) {
      own.setAutoCommit(false);
      statement.execute("CREATE TABLE fresh (id int PRIMARY KEY)");
      SessionNames session = new SessionNames();
      for (int i = 0; i < 3; i++) {
        assertThat(schema.plan(own, session, INSERT, RequestedKeys.NONE))
            .isInstanceOf(CapturePlan.Unmirrored.class);
        assertThat(begun).hasValue(1);
      }
      own.commit();
    }
    assertThat(plan(INSERT)).isInstanceOf(CapturePlan.Captured.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Guarantee("G6")
  void aLookThatHangsIsWaitedForOnce(boolean changed) throws Exception {
    schema = new SchemaWatch("test", plans, chores, Duration.ofMillis(500));
    dbs.execute(dbs.source(), "CREATE TABLE fresh (id int PRIMARY KEY)");
    mayConnect.drainPermits();
    if (changed) {
      schema.changed();
    }
    long began = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      assertThat(plan(INSERT)).isInstanceOf(CapturePlan.Unmirrored.class);
    }
    // 50 times the patience would be 25 seconds.
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    assertThat(begun).hasValue(1);
    mayConnect.release(MANY);
    Awaitility.await().until(() -> plan(INSERT) instanceof CapturePlan.Captured);
  }

  @Test
  @Guarantee("G1")
  void whatTheApplicationChangesIsReadBeforeTheNextPlanOfAnyConnection() throws Exception {
    dbs.execute(dbs.source(), "CREATE TABLE keyless (id int)");
    assertThat(plan("INSERT INTO keyless VALUES (1)")).isInstanceOf(CapturePlan.Unmirrored.class);
    dbs.execute(dbs.source(), "ALTER TABLE keyless ADD PRIMARY KEY (id)");
    begun.set(0);
    schema.changed();
    mayConnect.drainPermits();
    List<Statement<CapturePlan>> statements = several(() -> plan("INSERT INTO keyless VALUES (1)"));
    mayConnect.release(MANY);
    for (Statement<CapturePlan> statement : statements) {
      assertThat(statement.work.get()).isInstanceOf(CapturePlan.Captured.class);
    }
  }
}
