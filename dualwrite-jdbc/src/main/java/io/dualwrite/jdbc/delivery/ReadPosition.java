package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.JournalSnapshot;
import io.dualwrite.jdbc.journal.ReadFrom;
import io.dualwrite.jdbc.journal.ReadFrom.Place;
import io.dualwrite.jdbc.journal.ReadLimit;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From where on a lane reads the journal. Behind the entries already delivered lie their dead index
 * entries, until the next vacuum, and while a transaction stays open on the primary no vacuum takes
 * them away: to step over all of them in each round would soon cost more than the rest of it. So
 * each round reads just what the snapshots before it did not show: what transactions wrote that
 * were under way in the last of them, or began later.
 *
 * <p>Numbers of transactions that a crash of the primary has taken back come again. After a failure
 * and after another start of the server all is read from the beginning, and now and then it is in
 * any case; so it is after a rewrite of the journal, which entries that were being deleted survive.
 */
final class ReadPosition {
  private static final long EVERYTHING_EVERY_NANOS = 30_000_000_000L;

  private final Map<String, ReadFrom> from = new HashMap<>();
  private final Map<String, ReadFrom> passedOver = new HashMap<>();

  /** What was told last, unless it holds no more. */
  private final Map<String, ReadFrom> asked = new HashMap<>();

  /** The start of the server and the journal's file that were read last. */
  private String read = "";

  private long lastFromBeginning = System.nanoTime();

  /** Beginning at the beginning. */
  ReadPosition() {}

  /** Beginning where another has come to, which goes its own way. */
  ReadPosition(ReadPosition other) {
    from.putAll(other.from);
    passedOver.putAll(other.passedOver);
    read = other.read;
    lastFromBeginning = other.lastFromBeginning;
  }

  /** Now and then all is read from the beginning. */
  void beginRound() {
    if (System.nanoTime() - lastFromBeginning > EVERYTHING_EVERY_NANOS) {
      beginAnew();
    }
  }

  /** Where to begin in this table. */
  ReadFrom ask(String table) {
    ReadFrom where = of(table);
    asked.put(table, where);
    return where;
  }

  private ReadFrom of(String table) {
    ReadFrom next = from.getOrDefault(table, ReadFrom.BEGINNING);
    ReadFrom passed = passedOver.get(table);
    if (passed == null || passed.frontier().compareTo(next.frontier()) <= 0) {
      return next;
    }
    List<Place> open = new ArrayList<>(next.open());
    for (Place each : passed.open()) {
      if (open.stream().noneMatch(place -> place.transaction() == each.transaction())) {
        open.add(each);
      }
    }
    return new ReadFrom(passed.frontier(), open);
  }

  /**
   * A round is done and what it delivered is deleted.
   *
   * @param tables those that were read, from where {@link #ask} told
   * @param found what was read
   * @param limit how many entries were read at most
   * @param taken the entries out of these, the first of each table, that the round dealt with
   * @param kept tables of which such entries stayed in the journal: they are read again
   * @return whether all is to be read from the beginning, so that what was found now may not have
   *     been everything
   */
  boolean done(
      Collection<String> tables,
      JournalSnapshot found,
      ReadLimit limit,
      List<JournalEntry> taken,
      Set<String> kept) {
    String now = found.server() + " " + found.file();
    if (!now.equals(read)) {
      boolean first = read.isEmpty();
      beginAnew();
      read = now;
      return !first;
    }
    Map<String, List<JournalEntry>> all = byTable(found.entries());
    Map<String, List<JournalEntry>> dealtWith = byTable(taken);
    for (String table : tables) {
      ReadFrom from = asked.get(table);
      if (from != null && !kept.contains(table)) {
        ReadFrom next =
            next(
                from,
                found,
                limit,
                all.getOrDefault(table, List.of()),
                dealtWith.getOrDefault(table, List.of()));
        this.from.put(table, next);
      }
    }
    return false;
  }

  private static Map<String, List<JournalEntry>> byTable(List<JournalEntry> entries) {
    Map<String, List<JournalEntry>> byTable = new HashMap<>();
    entries.forEach(e -> byTable.computeIfAbsent(e.table(), t -> new ArrayList<>()).add(e));
    return byTable;
  }

  private static ReadFrom next(
      ReadFrom read,
      JournalSnapshot found,
      ReadLimit limit,
      List<JournalEntry> all,
      List<JournalEntry> taken) {
    Place end = Place.of(found.next());
    if (end.compareTo(Place.of(read.frontier().transaction())) < 0) {
      return ReadFrom.BEGINNING;
    }
    List<JournalEntry> behind = all.stream().filter(e -> !read.isOpen(e)).toList();
    List<JournalEntry> behindTaken = taken.stream().filter(e -> !read.isOpen(e)).toList();
    // Entries that a dump brought from another server may be of transactions still to come.
    Place frontier =
        earlier(end, reached(read.frontier(), behind, behindTaken, limit.behindFrontier(), end));
    Map<Long, List<JournalEntry>> its = byTransaction(all);
    Map<Long, List<JournalEntry>> itsTaken = byTransaction(taken);
    Map<Long, Place> open = new LinkedHashMap<>();
    for (Place each : read.open()) {
      long transaction = each.transaction();
      Place reached =
          reached(
              each,
              its.getOrDefault(transaction, List.of()),
              itsTaken.getOrDefault(transaction, List.of()),
              limit.ofEachOpen(),
              end);
      if (!reached.equals(end)) {
        open.put(transaction, reached);
      }
    }
    for (long transaction : found.underWay()) {
      if (transaction < frontier.transaction()) {
        open.putIfAbsent(transaction, Place.of(transaction));
      }
    }
    return new ReadFrom(frontier, List.copyOf(open.values()));
  }

  private static Map<Long, List<JournalEntry>> byTransaction(List<JournalEntry> entries) {
    return entries.stream().collect(Collectors.groupingBy(JournalEntry::transaction));
  }

  /** The end, where everything was taken that there was. */
  private static Place reached(
      Place from, List<JournalEntry> all, List<JournalEntry> taken, int limit, Place end) {
    if (all.size() < limit && taken.size() == all.size()) {
      return end;
    }
    return taken.isEmpty() ? from : Place.of(taken.get(taken.size() - 1));
  }

  private static Place earlier(Place one, Place other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Until {@link #everythingOf}, the table's entries up to this one are not read: a walk stands for
   * them, and they would leave no room for others.
   *
   * @param underWay the transactions that were under way then, whose entries are still to come
   */
  void passOver(String table, Place upTo, List<Long> underWay) {
    Place frontier = new Place(upTo.transaction(), upTo.at().plus(1, ChronoUnit.MICROS));
    List<Place> open =
        underWay.stream().filter(t -> t < upTo.transaction()).map(Place::of).toList();
    passedOver.put(table, new ReadFrom(frontier, open));
  }

  /** The table's entries are looked at from the beginning again. */
  void everythingOf(String table) {
    passedOver.remove(table);
    from.remove(table);
    asked.remove(table);
  }

  /** Everything is looked at from the beginning again, but for what walks stand for. */
  void beginAnew() {
    from.clear();
    asked.clear();
    lastFromBeginning = System.nanoTime();
  }
}
