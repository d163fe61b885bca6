package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.trigger.TriggerInstallation;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillBusyException;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillPlan;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.Backfiller;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.DifferingValues;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.inspect.InspectOptions;
import io.dualwrite.reconciler.inspect.Inspection;
import io.dualwrite.reconciler.inspect.Inspector;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.watch.Looks;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares and repairs the two databases of a migration. Safe for use by several threads; nothing
 * is kept between calls.
 *
 * <p>Every method throws {@link ReconcilerException} when it cannot begin, and {@link
 * io.dualwrite.reconciler.window.SideReadException} when a database fails outside the windows; what
 * fails inside a window is part of the result.
 */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  private final MigrationConfig config;
  private final Snapshots databases;
  private final ControlTables control;
  private final Registration registration;
  private final Scenes scenes;
  private final Comparing comparing;
  private final Clock clock;

  /** Over two databases that the caller opens and closes. */
  public Reconciler(MigrationConfig config, DataSource source, DataSource target) {
    this(config, new Snapshots(source, target), Clock.systemUTC());
  }

  private Reconciler(MigrationConfig config, Snapshots databases, Clock clock) {
    this.config = config;
    this.databases = databases;
    this.control = new ControlTables(config, databases);
    this.registration = new Registration(config, databases);
    this.scenes = new Scenes(config, databases, control, registration);
    this.comparing = new Comparing(config, databases, control, scenes, clock);
    this.clock = clock;
  }

  /** Opens both databases of the configuration, compares them and closes them. */
  public static Comparison compare(MigrationConfig config, CompareOptions options) {
    try (Databases databases = Databases.open(config, options.parallelism())) {
      return new Reconciler(config, databases.source(), databases.target())
          .compare(options, Progress.NONE);
    }
  }

  /** Opens both databases of the configuration, repairs the target and closes them. */
  public static Repair repair(MigrationConfig config, RepairOptions options) {
    try (Databases databases = Databases.open(config, options.compare().parallelism())) {
      return new Reconciler(config, databases.source(), databases.target())
          .repair(options, Progress.NONE);
    }
  }

  /** Opens both databases of the configuration, looks at them side by side and closes them. */
  public static Inspection inspect(MigrationConfig config, InspectOptions options) {
    try (Databases databases = Databases.open(config, 1)) {
      return new Reconciler(config, databases.source(), databases.target()).inspect(options);
    }
  }

  /**
   * Looks at both databases side by side, in read-only transactions: what is mirrored, and what
   * stands in the way. The control schema need not be there.
   */
  public Inspection inspect(InspectOptions options) {
    return explained(() -> new Inspector(config, databases, clock).inspect(options));
  }

  /**
   * Compares. A complete comparison that finds both sides in sync also marks the recorded gaps that
   * ended before it as reconciled.
   */
  public Comparison compare(CompareOptions options, Progress progress) {
    return explained(() -> comparing.compare(options, progress));
  }

  /**
   * What a {@link io.dualwrite.reconciler.watch.Watch} asks of two databases, which are opened now
   * and closed by it.
   *
   * @param options how each comparison is made; its tables are those that are watched
   * @throws io.dualwrite.reconciler.watch.CannotLookException if they cannot be opened
   */
  public static Looks looks(
      Supplier<Databases> opening,
      Function<Databases, Reconciler> reconciler,
      CompareOptions options) {
    Databases open = ReconcilerLooks.asked(opening);
    return new ReconcilerLooks(
        ReconcilerLooks.asked(() -> reconciler.apply(open)), options, open::close);
  }

  /** The same for the databases of a configuration. */
  public static Looks looks(MigrationConfig config, CompareOptions options) {
    return looks(
        () -> Databases.open(config, options.parallelism()),
        databases -> new Reconciler(config, databases.source(), databases.target()),
        options);
  }

  /** One comparison of a watch; where it is kept, under a name of its own. */
  Comparison look(CompareOptions options, boolean keep) {
    return explained(() -> comparing.look(options, keep));
  }

  /** Names both databases, for as long as their servers have not started anew. */
  String servers() {
    return explained(() -> ServerStarts.of(databases));
  }

  /** What comparisons have verified before a watch begins. */
  Map<String, Looks.Known> known(CompareOptions options) {
    return explained(() -> new Standing(comparing).known(options));
  }

  /** What both databases are like now. */
  Scene scene(CompareOptions options) {
    return scenes.scene(options);
  }

  /**
   * Reads the values of the columns that differ, of the first thousand changed rows of each table.
   * They are the data itself: nothing else that a comparison gives has row values.
   */
  public DifferingValues values(CompareOptions options, Comparison comparison) {
    return explained(() -> comparing.values(options, comparison));
  }

  /**
   * Copies what differs from the source to the target, and compares again.
   *
   * @throws ReconcilerException if the target is primary: its rows are the newer ones
   */
  public Repair repair(RepairOptions options, Progress progress) {
    return explained(() -> new Repairing(comparing).repair(options, progress));
  }

  /**
   * What {@link #repair} with these options would do to the data as it is now; nothing is changed.
   *
   * @throws ReconcilerException if the target is primary
   */
  public RepairPlan planRepair(RepairOptions options, Progress progress) {
    return explained(() -> new Repairing(comparing).plan(options, progress));
  }

  /**
   * Looks again at the windows that the last comparison of each table did not find equal, and keeps
   * what it finds in place of what that one had. Nothing else is read, so the result is never in
   * sync.
   */
  public Comparison compareDifferences(CompareOptions options, Progress progress) {
    return explained(() -> comparing.compareAgain(options, progress));
  }

  /** Opens both databases of the configuration, loads history into the target and closes them. */
  public static Backfill backfill(MigrationConfig config, BackfillOptions options) {
    try (Databases databases = Databases.open(config, options.parallelism())) {
      return new Reconciler(config, databases.source(), databases.target())
          .backfill(options, BackfillProgress.NONE);
    }
  }

  /**
   * Loads history from the source to the target while dual writes go on. What is done is kept in
   * the target, so that an interrupted backfill can be resumed.
   *
   * @throws ReconcilerException if the target is primary, if where history ends cannot be known, or
   *     while another process copies the same tables
   */
  public Backfill backfill(BackfillOptions options, BackfillProgress progress) {
    return explained(
        () ->
            new Backfilling(config, databases, this::completionPoint, clock)
                .run(options, progress, scenes.scene(compareOptions(options))));
  }

  /** What a backfill with these options would do; nothing is changed. */
  public BackfillPlan planBackfill(BackfillOptions options) {
    return explained(
        () ->
            new Backfilling(config, databases, this::completionPoint, clock)
                .plan(options, scenes.scene(compareOptions(options))));
  }

  /**
   * Opens both databases of the configuration, loads files into a table of the target and closes
   * them.
   */
  public static FileBackfill backfill(MigrationConfig config, FileBackfillOptions options) {
    try (Databases databases = Databases.open(config, 1)) {
      return new Reconciler(config, databases.source(), databases.target())
          .backfill(options, BackfillProgress.NONE);
    }
  }

  /**
   * Loads records of CSV or Parquet files into a table of the target while dual writes go on. What
   * is done is kept in the target, so that an interrupted load can be resumed.
   *
   * @throws ReconcilerException if the target is primary, if the files cannot be read, or while
   *     another process loads files into the table
   * @throws IllegalArgumentException if files, columns or options do not fit
   */
  public FileBackfill backfill(FileBackfillOptions options, BackfillProgress progress) {
    return explained(
        () -> fileBackfilling().run(options, progress, scenes.scene(compareOptions(options))));
  }

  /** What a load of files would do; they are read through, and nothing is changed. */
  public FileBackfillPlan planBackfill(FileBackfillOptions options) {
    return explained(() -> fileBackfilling().plan(options, scenes.scene(compareOptions(options))));
  }

  private FileBackfilling fileBackfilling() {
    return new FileBackfilling(new Backfilling(config, databases, this::completionPoint, clock));
  }

  private CompareOptions compareOptions(FileBackfillOptions options) {
    return CompareOptions.of(config.reconciler())
        .tables(List.of(options.table()))
        .load(options.load());
  }

  /**
   * Builds again the target's indexes and foreign keys that an interrupted backfill has dropped.
   *
   * @return what could not be built, in words; it stays written down
   * @throws ReconcilerException while a backfill is under way, which builds them itself
   */
  public List<String> restoreIndexes() {
    return explained(
        () -> {
          try {
            return Backfiller.restoreIndexes(
                databases, config.journal().schema(), config.migration());
          } catch (BackfillBusyException e) {
            throw new ReconcilerException(Kind.CONFLICT, String.valueOf(e.getMessage()), e);
          }
        });
  }

  private CompareOptions compareOptions(BackfillOptions options) {
    return CompareOptions.of(config.reconciler())
        .tables(options.tables())
        .checksum(options.checksum())
        .load(options.load());
  }

  /** The time up to which history must be backfilled, from the writers' own registrations. */
  public CompletionPoint completionPoint() {
    return explained(
        () ->
            CompletionPoint.of(
                config,
                control.status(),
                control.now(Side.SOURCE),
                control.phaseSince().orElse(Instant.EPOCH)));
  }

  /**
   * The same for the migration that the source's control schema belongs to, whatever it is called
   * in this configuration; this one where the source does not say.
   */
  public Reconciler asRegistered() {
    try {
      return registration
          .other(Side.SOURCE)
          .map(name -> new Reconciler(config.named(name), databases, clock))
          .orElse(this);
    } catch (SideReadException e) {
      LOG.debug("The source does not say whose control schema it has: {}", e.problem());
      return this;
    }
  }

  /** Where the migration stands. */
  public MigrationStatus status() {
    MigrationStatus status = control.status();
    if (!status.initialised() && status.problems().isEmpty()) {
      List.of(Side.values()).forEach(registration::throwIfOthers);
    }
    return status;
  }

  /**
   * Engages or releases the kill switch for every instance: in the source, where they read it, and
   * in the target, which may be down. Returns the target's problem, if it has one.
   *
   * @throws ReconcilerException if the source does not answer, or does not know the migration
   */
  public List<String> setKillSwitch(boolean engaged) {
    return turnKillSwitch(engaged).problems();
  }

  /** The same, with what changed. */
  public ControlChange turnKillSwitch(boolean engaged) {
    return new ControlRow(config, databases).killSwitch(engaged);
  }

  /**
   * Moves the migration to another phase, for every instance, where that is a mere change of the
   * control table.
   *
   * @param expectedEpoch the epoch that the caller has seen; empty: whatever it is now. Of two
   *     operators who change it at once, one fails
   * @throws ReconcilerException if that phase may not follow (the message says what to do instead),
   *     if somebody else has changed the control table meanwhile, or if the source does not answer
   */
  public ControlChange setPhase(Phase phase, OptionalLong expectedEpoch) {
    return new ControlRow(config, databases).phase(phase, expectedEpoch);
  }

  /**
   * Waits until every instance that is alive obeys the control table's state of that epoch, or the
   * limit is over. An instance that leaves in order meanwhile counts no more; one that falls silent
   * does.
   */
  public Confirmation confirm(long epoch, Duration limit) {
    return new Following(config, databases).await(epoch, limit);
  }

  /**
   * Creates the control schema where it is missing, adds what it lacks, and registers the
   * migration; what was done on each side.
   */
  public List<Initialised> init() {
    return registration.create();
  }

  /**
   * With {@code capture: TRIGGER}, installs the triggers that the source's tables lack; the control
   * schema is there. Empty where statements capture.
   *
   * @throws ReconcilerException if the source is not primary
   */
  public Optional<TriggerInstallation.Installed> installTriggers() {
    return new TriggerSetup(config, databases).install();
  }

  /** The statements that would install them. */
  public List<String> printTriggers() {
    return new TriggerSetup(config, databases).print();
  }

  /**
   * Removes the triggers of all tables; the tables and partitions that had some.
   *
   * @throws ReconcilerException while applications are told to rely on them
   */
  public List<String> removeTriggers() {
    return new TriggerSetup(config, databases).remove();
  }

  private <T> T explained(Supplier<T> work) {
    try {
      return work.get();
    } catch (SideReadException e) {
      throw databases.explained(e);
    }
  }
}
