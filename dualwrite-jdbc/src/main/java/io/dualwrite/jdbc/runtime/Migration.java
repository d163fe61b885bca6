package io.dualwrite.jdbc.runtime;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.KillSwitch;
import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.WriteOutcome;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import io.dualwrite.jdbc.delivery.DeliverySettings;
import io.dualwrite.jdbc.delivery.PreparedRecovery;
import io.dualwrite.jdbc.delivery.StrictCommit;
import io.dualwrite.jdbc.health.Health;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.shadow.ShadowOptions;
import io.dualwrite.jdbc.shadow.ShadowReads;
import io.dualwrite.jdbc.wrap.BoundParameters;
import io.dualwrite.jdbc.wrap.MirroredTransaction;
import io.dualwrite.jdbc.wrap.Mirroring;
import io.dualwrite.jdbc.wrap.SessionNames;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One migration in this process: what the wrapped connections ask, delivery, the kill switch, the
 * heartbeat. Threads are daemons; losing the process loses nothing that the journal names.
 */
public final class Migration implements Mirroring, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);
  private static final int FOLLOW_MILLIS = 100;

  private final MigrationConfig config;
  private final DataSource primary;
  private final DualWriteMetrics metrics;
  private final Side primarySide;
  private final Plans plans;
  private final SchemaWatch schema;
  private final Optional<TriggerWatch> triggers;
  private final CopyContext context;
  private final UnmirroredWrites unmirrored;
  private final Mode mode;
  private final JournalCheck journalCheck;
  private final CircuitBreaker breaker;
  private final DeliveryEngine delivery;
  private final PreparedRecovery prepared;
  private final Commits commits;
  private final Membership membership;
  private final EffectiveState state;
  private final ScheduledThreadPoolExecutor chores;
  private final @Nullable ShadowReads shadowReads;
  private final Condition condition;
  private final ManagementBean bean;
  private final Departure departure;

  /** Held while it closes: whoever closes it as well waits for that. */
  private final ReentrantLock closing = new ReentrantLock();

  private final boolean sourceStays;
  private boolean closed;
  private volatile boolean leaving;

  /**
   * Starts mirroring.
   *
   * @param givenSource the source as the application uses it
   * @param sourceForDelivery the source as everything else uses it; may be the same
   * @param givenTarget the target; where it comes from the application it is waited for no longer
   *     than {@code secondary.timeout}, whatever its own limits
   * @param sourceStays whether the source can be used when this has been closed
   * @param more a kill switch beside the configured file and the control table
   * @param shadowOptions how repeated reads are chosen and compared
   * @throws SQLException if the source cannot be reached or the control schema is missing and may
   *     not be created there
   */
  public Migration(
      MigrationConfig config,
      DataSource givenSource,
      DataSource sourceForDelivery,
      DataSource givenTarget,
      boolean sourceStays,
      KillSwitch more,
      DualWriteMetrics metrics,
      DeliveryProbe probe,
      ShadowOptions shadowOptions)
      throws SQLException {
    Supported.check(config);
    this.config = config;
    this.sourceStays = sourceStays;
    this.metrics = metrics;
    DataSource source = new OwnConnections(sourceForDelivery);
    DataSource target =
        BoundedConnections.of(givenTarget, config.secondary().timeout(), "secondary");
    Unfinished begun = new Unfinished(config.migration());
    try {
      begun.add(metrics::close);
      this.membership = new Membership(config, source);
      this.chores = Upkeep.threads(config.migration());
      begun.add(chores::shutdownNow);
      Control.State first = membership.join();
      begun.add(() -> Departure.attempt(config.migration(), chores, this::left));
      Phase phase = Supported.phase(first.phase());
      this.primarySide = phase.primary();
      boolean ofSource = primarySide == Side.SOURCE;
      this.primary = ofSource ? givenSource : givenTarget;
      DataSource ownPrimary = ofSource ? source : target;
      this.plans = new Plans(ownPrimary, config, phase.primary());
      plans.tables().throwOnProblems();
      this.triggers = ofSource ? TriggerWatch.start(config, plans, ownPrimary) : Optional.empty();
      if (ofSource) {
        try (Connection connection = ownPrimary.getConnection()) {
          TriggerWatch.tellOfStray(connection, Side.SOURCE, config);
        }
      }
      this.unmirrored = new UnmirroredWrites(config.unmirrored(), metrics);
      this.schema = new SchemaWatch(config.migration(), plans, chores);
      this.context =
          CopyContext.of(config, phase.primary(), source, target, config.secondary().timeout());
      this.journalCheck =
          new JournalCheck(ownPrimary, context.journal(), config.journal().schema());
      this.breaker = config.secondary().circuitBreaker().newBreaker(config.migration());
      metrics.show(breaker);
      Mirrors mirrors =
          new Mirrors(
              context,
              config,
              (onSource, onTarget) -> {
                boolean done = membership.firstContact(onSource, onTarget);
                TriggerWatch.tellOfStray(onTarget, Side.TARGET, config);
                return done;
              },
              plans.tables().refused(),
              Clock.systemUTC());
      this.delivery =
          new DeliveryEngine(
              context,
              DeliverySettings.DEFAULT.throttle(config.throttle()).workers(config.deliveryLanes()),
              mirrors,
              breaker,
              metrics,
              probe);
      begun.add(delivery::close);
      this.prepared =
          new PreparedRecovery(
              context,
              config.usesStrict(),
              this::active,
              () -> plans.tables().tables().forEach(table -> delivery.wake(table.journalName())));
      begun.add(prepared::close);
      StrictCommit strict =
          new StrictCommit(
              context, delivery, breaker, config.secondary().timeout(), chores, prepared, probe);
      this.commits =
          new Commits(
              config, context, delivery, strict, plans, schema, triggers.isPresent(), probe);
      Gaps gaps = new Gaps(config.journal().schema());
      this.mode =
          new Mode(
              config.migration(),
              triggers.isPresent()
                  ? Mode.GapRecord.BY_TRIGGERS
                  : new GapLog(
                      ownPrimary,
                      gaps,
                      config.migration(),
                      membership.instance(),
                      chores,
                      GapLog.PATIENCE),
              delivery::pause,
              this::resume,
              Clock.systemUTC());
      this.shadowReads =
          ofSource && config.shadowReads().sampleRate() > 0
              ? new ShadowReads(
                  config.shadowReads().sampleRate(),
                  shadowOptions,
                  RepeatedReads.sides(context, config, givenSource, givenTarget),
                  delivery,
                  () -> active() && breaker.getState() == CircuitBreaker.State.CLOSED,
                  plans::catalog,
                  metrics)
              : null;
      if (shadowReads != null) {
        begun.add(shadowReads::close);
      }
      this.state =
          new EffectiveState(
              config,
              more,
              new ControlWatch(config, source, first, System::nanoTime),
              mode,
              Clock.systemUTC());
      begun.add(state::close);
      metrics.showState(state::phase, state::killSwitch);
      this.condition =
          new Condition(
              config.migration(),
              membership.instance(),
              mode,
              state,
              delivery,
              breaker,
              plans::coverage,
              Clock.systemUTC());
      state.start();
      if (ofSource) {
        mode.begin();
        prepared.start();
      }
      new Upkeep(
              config.migration(),
              mode,
              state,
              journalCheck,
              membership,
              ofSource ? this::look : () -> {},
              condition)
          .start(chores);
      this.departure =
          new Departure(config.migration(), delivery, context.journal(), ownPrimary, mode, chores);
      this.bean = new ManagementBean(this::health, state, membership::turnKillSwitch);
      begun.add(bean::close);
      bean.register(config.migration(), membership.instance());
      Announcements announcements = new Announcements(config.migration());
      announcements.follow(breaker);
      announcements.started(config, phase, state, mode, membership, plans.tables());
      begun.finished();
    } finally {
      begun.close();
    }
  }

  private void resume() {
    if (leaving) {
      return;
    }
    delivery.resume();
    triggers.ifPresent(watch -> chores.execute(watch::look));
  }

  private void look() {
    schema.look();
    triggers.ifPresent(TriggerWatch::look);
  }

  /** The database that answers the application. */
  public DataSource primary() {
    return primary;
  }

  /** Which side that is. */
  public Side primarySide() {
    return primarySide;
  }

  /** Delivery's state. */
  public DeliveryEngine delivery() {
    return delivery;
  }

  /** Mirroring, or why not; for people. */
  public String describe() {
    return mode.describe();
  }

  @Override
  public boolean active() {
    return primarySide == Side.SOURCE && mode.active();
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    return schema.plan(raw, session, sql, keys);
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return plans.known(session, sql, keys);
  }

  @Override
  public long started() {
    return System.nanoTime();
  }

  @Override
  public void wrote(CapturePlan.Captured plan, boolean succeeded, long started) {
    delivery.wrote(System.nanoTime() - started);
    WriteOutcome outcome = succeeded ? WriteOutcome.SUCCESS : WriteOutcome.FAILURE;
    for (int i = 0; i < plan.tables().size(); i++) {
      String table = plan.tables().get(i).journalName();
      metrics.write(table, plan.operation().label(), primarySide, outcome, started);
    }
  }

  @Override
  public boolean namedByTriggers(CapturePlan.Unmirrored plan) {
    return triggers.isPresent() && TriggerWatch.names(plan);
  }

  @Override
  public void unmirrored(CapturePlan.Unmirrored plan) throws SQLException {
    unmirrored.meet(plan);
  }

  @Override
  public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    commits.commit(raw, transaction);
  }

  @Override
  public void committed(MirroredTransaction transaction) {
    commits.committed(transaction);
  }

  @Override
  public boolean journalFailed(SQLException failure) {
    if (triggers.isPresent()) {
      return false;
    }
    if (JournalCheck.isOfTheSchema(failure)) {
      schema.lookSoon();
    }
    if (!journalCheck.concerns(failure)) {
      return false;
    }
    try {
      Optional<String> problem = journalCheck.problem();
      problem.ifPresent(p -> mode.stop(Mode.Reason.JOURNAL, p));
      return problem.isPresent();
    } catch (SQLException e) {
      // Nothing is known of the journal; what the application was told stands.
      return false;
    }
  }

  @Override
  public boolean outdated(CapturePlan.Captured plan, SQLException failure) {
    return triggers.isEmpty() && schema.outdated(plan, failure);
  }

  @Override
  public void schemaChanged() {
    schema.changed();
  }

  @Override
  public void bypass(String kind) {
    if (triggers.isEmpty() || !TriggerWatch.sees(kind)) {
      unmirrored.bypass(kind);
    }
  }

  @Override
  public boolean repeatsReads() {
    return shadowReads != null;
  }

  @Override
  public boolean samples(String sql) {
    return shadowReads != null && shadowReads.samples(sql);
  }

  @Override
  public void repeat(Connection raw, SessionNames session, String sql, BoundParameters parameters) {
    if (shadowReads != null) {
      RepeatedReads.repeat(shadowReads, raw, session, sql, parameters);
    }
  }

  @Override
  public void opened(OpenConnection connection) {
    mode.opened(connection);
  }

  @Override
  public void closed(OpenConnection connection) {
    mode.closed(connection);
  }

  /** How the migration is doing; asks no database. */
  public Health health() {
    return condition.health();
  }

  /**
   * Waits for what is pending, at most {@code shutdown.drain-timeout}.
   *
   * @return false if that came to no end, because the secondary fails, say
   */
  public boolean drain() {
    return departure.drain(config.shutdown().drainTimeout());
  }

  /**
   * Leaves in order: waits for what is pending, at most {@code shutdown.drain-timeout}, stops
   * delivery and says what is left in the journal. A secondary that fails is not waited for, and no
   * state of either database makes this take more than a few seconds longer. Whoever closes it
   * while somebody else does waits for that; later it does nothing.
   */
  @Override
  public void close() {
    close(true);
  }

  /** The same without waiting for what is pending: it has just been waited for in vain. */
  public void closeUndrained() {
    close(false);
  }

  private void close(boolean drains) {
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        if (drains) {
          drain();
        }
        leave();
      }
    } finally {
      closing.unlock();
    }
  }

  private boolean left() throws Exception {
    membership.leave();
    return true;
  }

  private void leave() {
    bean.close();
    leaving = true;
    boolean follows = sourceStays && mode.mayPassBy();
    if (!follows) {
      state.close();
    }
    if (shadowReads != null) {
      shadowReads.close();
    }
    delivery.close();
    // Last: it ends what commits have left prepared that delivery has cut off.
    prepared.close();
    departure.tell();
    if (follows) {
      LOG.warn(
          "migration {}: connections are still open whose writes go to the primary alone ({}); the gap lasts until they are closed",
          config.migration(),
          mode.describe());
      chores.scheduleWithFixedDelay(
          this::endOnceNobodyPassesBy, FOLLOW_MILLIS, FOLLOW_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      end();
    }
  }

  /** Until then this instance is alive, and obeys the kill switch: its gap is not over. */
  private void endOnceNobodyPassesBy() {
    if (!mode.mayPassBy() || membership.isTakenForGone()) {
      state.close();
      end();
    }
  }

  private void end() {
    Departure.attempt(
        config.migration(),
        chores,
        () -> {
          mode.tend();
          return left();
        });
    chores.shutdownNow();
    metrics.close();
  }
}
