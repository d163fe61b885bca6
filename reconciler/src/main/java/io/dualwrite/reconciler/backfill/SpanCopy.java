package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.copy.StagedCopy;
import io.dualwrite.jdbc.copy.TableStream;
import io.dualwrite.jdbc.copy.TableStream.Staged;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Candidate;
import io.dualwrite.reconciler.compare.ChunkLook;
import io.dualwrite.reconciler.compare.ChunkLook.Sums;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.RowMerge;
import io.dualwrite.reconciler.compare.Settler;
import io.dualwrite.reconciler.compare.Verdict;
import io.dualwrite.reconciler.load.Throttle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Copies one span: its rows are sent without the lane's lock, kept only as far as the source, read
 * again under the lock, still has them so, and committed together with the mark that the span is
 * done ({@code docs/decisions/048}).
 *
 * <p>A crash at any point leaves either nothing of the span or all of it with its mark.
 */
final class SpanCopy {
  /** How long the lock is waited for at the most: deliveries of others take their turn. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int TRIES = 20;
  private static final int PAGE = 20_000;
  private static final String UNIQUE = "23505";

  /** Another was at the same rows. */
  static final Set<String> TRY_AGAIN = Set.of("40P01", "40001", "55P03");

  private final LaneLocks locks;
  private final Lane lane;
  private final TablePair pair;
  private final TableStream stream;
  private final Cuts cuts;
  private final SpanLook look;
  private final Settler settler;
  private final Ledger ledger;
  private final Throttle throttle;
  private final Consumer<Duration> held;

  SpanCopy(
      LaneLocks locks,
      Lane lane,
      TableStream stream,
      SpanLook look,
      Ledger ledger,
      Throttle throttle,
      Consumer<Duration> held) {
    this.locks = locks;
    this.lane = lane;
    this.pair = look.table().pair();
    this.stream = stream;
    this.cuts = look.cuts();
    this.look = look;
    this.settler = new Settler(locks, look.table(), lane);
    this.ledger = ledger;
    this.throttle = throttle;
    this.held = held;
  }

  /**
   * What became of it; empty if the target refuses one of its rows, or the lock could not be had:
   * nothing of it is kept then, and it is to be brought in row by row.
   *
   * @param pace is told how long it took, and when it has to be tried again because others are at
   *     the same rows
   */
  Optional<SpanResult> copy(Span span, Pace pace) {
    boolean taken = false;
    for (int i = 0; i < TRIES; i++) {
      try (Sending sending = send(span, taken)) {
        Optional<LockedCopy> locked = sending.staged().lock(PATIENCE);
        Optional<SpanResult> result =
            locked.isPresent() ? keep(locked.get(), span, sending.sent()) : Optional.empty();
        if (result.isPresent()) {
          pace.took(result.get().copied(), Duration.ofNanos(System.nanoTime() - sending.began()));
          return result;
        }
        pace.crowded();
      } catch (SQLException e) {
        if (UNIQUE.equals(e.getSQLState()) && !taken) {
          // Somebody has brought one of these rows meanwhile.
          taken = true;
        } else if (Failures.refusesRow(e) && !pair.key().isEmpty()) {
          return Optional.empty();
        } else if (TRY_AGAIN.contains(String.valueOf(e.getSQLState()))) {
          pace.crowded();
        } else {
          throw locks.failed(e);
        }
      }
    }
    if (pair.key().isEmpty()) {
      throw new KeylessRowsException(span);
    }
    return Optional.empty();
  }

  /**
   * What was sent.
   *
   * @param target what cuts the span out of the target
   * @param rows as they were counted on their way
   * @param looked how many rows of the source were looked at instead, as the target had some
   */
  private record Sent(String target, Staged rows, long looked) {}

  /**
   * A span that is sent and not locked yet.
   *
   * @param began when, by {@link System#nanoTime}
   */
  private record Sending(StagedCopy staged, Sent sent, long began) implements AutoCloseable {
    @Override
    public void close() {
      staged.close();
    }
  }

  /** Only the sending has a turn: while a span is verified, another may be sent already. */
  private Sending send(Span span, boolean taken) throws SQLException {
    try (Throttle.Turn turn = throttle.turn()) {
      long began = System.nanoTime();
      StagedCopy staged = StagedCopy.begin(locks.context(), lane);
      boolean done = false;
      try {
        Sent sent = send(staged, span, taken);
        turn.rows(Math.max(sent.rows().read(), sent.looked()));
        done = true;
        return new Sending(staged, sent, began);
      } finally {
        if (!done) {
          staged.close();
        }
      }
    }
  }

  private Sent send(StagedCopy staged, Span span, boolean taken) throws SQLException {
    String source = cuts.condition(Side.SOURCE, span);
    String target = cuts.condition(Side.TARGET, span);
    Connection to = staged.secondary();
    long looked = 0;
    if (cuts.alike()) {
      if (!taken && isEmpty(to, target)) {
        long rows = stream.straight(staged.primary(), to, source);
        return new Sent(target, new Staged(rows, rows), 0);
      }
      Sums sums = look.of(span).sums(staged.primary(), to);
      looked = sums.source().rows();
      if (sums.equal()) {
        return new Sent(target, new Staged(0, 0), looked);
      }
    }
    if (pair.key().isEmpty()) {
      throw cuts.alike()
          ? new KeylessRowsException(span)
          : KeylessRowsException.withoutAnEnd(pair.timeColumn().orElseThrow());
    }
    Staged rows = stream.missing(staged.primary(), to, source);
    return new Sent(cuts.alike() ? target : stream.isStaged(), rows, looked);
  }

  private boolean isEmpty(Connection target, String condition) throws SQLException {
    try (Statement statement = target.createStatement();
        var row =
            statement.executeQuery(
                "SELECT NOT EXISTS (SELECT FROM "
                    + pair.on(Side.TARGET).name().sql()
                    + " WHERE "
                    + condition
                    + ")")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Under the lock. Empty where rows without a key have changed meanwhile. */
  private Optional<SpanResult> keep(LockedCopy lock, Span span, Sent sent) throws SQLException {
    long began = System.nanoTime();
    try (lock) {
      lock.keepRows(pair);
      ChunkLook chunk = look.of(span, sent.target());
      Connection source = lock.primary();
      Sums sums = chunk.sums(source, lock.secondary());
      if (!sums.equal() && pair.key().isEmpty()) {
        return Optional.empty();
      }
      SpanResult result =
          sums.equal()
              ? SpanResult.equal(sums, sent.rows().written())
              : settle(lock, chunk, sums, sent);
      ledger.commit(lock, look.window(span), result);
      return Optional.of(result);
    } finally {
      held.accept(Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /**
   * Rows of ours that are not what the source has by now are put right, as by any copy under the
   * lock; everybody else's are left and counted.
   */
  private SpanResult settle(LockedCopy lock, ChunkLook chunk, Sums sums, Sent sent)
      throws SQLException {
    Tally tally = new Tally();
    long mended = 0;
    OptionalLong after = OptionalLong.empty();
    do {
      RowMerge.Page page = chunk.differing(lock.primary(), lock.secondary(), sums, after, PAGE);
      List<RowKey> keys = page.candidates().stream().map(Candidate::key).distinct().toList();
      after = page.next();
      if (keys.isEmpty()) {
        continue;
      }
      List<Verdict> verdicts = settler.verdicts(lock, keys);
      Set<RowKey> ours = ours(lock.secondary(), sent.target(), keys);
      List<RowKey> wrong = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        RowKey key = keys.get(i);
        Verdict verdict = verdicts.get(i);
        boolean missing =
            verdict instanceof Verdict.Differs differs && differs.kind() == Difference.Kind.MISSING;
        // Ours even if the journal names it: its delete may have been delivered in vain meanwhile.
        if (missing || (ours.contains(key) && !(verdict instanceof Verdict.Same))) {
          wrong.add(key);
        } else {
          tally.add(verdict);
        }
      }
      mended += copy(lock, wrong, ours);
    } while (after.isPresent());
    return tally.result(
        chunk.sums(lock.primary(), lock.secondary()), sent.rows().written() + mended);
  }

  /** How many rows more the target has then: those of ours that are kept were counted before. */
  private long copy(LockedCopy lock, List<RowKey> keys, Set<RowKey> ours) throws SQLException {
    long written = 0;
    Set<RowKey> left = new HashSet<>(keys);
    while (!left.isEmpty()) {
      CopyResult result = lock.copy(pair, left, true);
      written += result.written();
      left = result.left();
    }
    return written - keys.stream().filter(ours::contains).count();
  }

  /** Those of these keys whose row this transaction has written. */
  private Set<RowKey> ours(Connection target, String condition, List<RowKey> keys)
      throws SQLException {
    List<String> texts = look.table().keyTexts(Side.TARGET);
    StringBuilder sql = new StringBuilder("SELECT ");
    StringBuilder match = new StringBuilder();
    StringBuilder arrays = new StringBuilder();
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      sql.append(i == 0 ? "" : ", ").append("o.t").append(i);
      match.append(i == 0 ? "" : " AND ").append("k.t").append(i).append(" = o.t").append(i);
      arrays.append(i == 0 ? "" : ", ").append("unnest(?::text[])");
      names.append(i == 0 ? "" : ", ").append("t").append(i);
    }
    sql.append(" FROM (SELECT ");
    for (int i = 0; i < texts.size(); i++) {
      sql.append(i == 0 ? "" : ", ").append(texts.get(i)).append(" AS t").append(i);
    }
    sql.append(" FROM ")
        .append(pair.on(Side.TARGET).name().sql())
        .append(" WHERE ")
        .append(condition)
        .append(
            " AND xmin::text = pg_catalog.pg_current_xact_id()::xid::text OFFSET 0) o WHERE EXISTS"
                + " (SELECT FROM ROWS FROM (")
        .append(arrays)
        .append(") AS k(")
        .append(names)
        .append(") WHERE ")
        .append(match)
        .append(")");
    Set<RowKey> found = new HashSet<>();
    try (var statement = target.prepareStatement(sql.toString())) {
      for (int i = 0; i < texts.size(); i++) {
        int column = i;
        statement.setArray(
            i + 1,
            target.createArrayOf("text", keys.stream().map(k -> k.values().get(column)).toArray()));
      }
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          List<String> values = new ArrayList<>();
          for (int i = 1; i <= texts.size(); i++) {
            values.add(rows.getString(i));
          }
          found.add(new RowKey(values));
        }
      }
    }
    return found;
  }
}
