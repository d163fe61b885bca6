package io.dualwrite.sample;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * One user of the application: adds flights, reports delays and cancels flights, all of them its
 * own. Confined to one thread.
 */
final class Writer {
  private static final int FLIGHTS_PER_REQUEST = 3;

  private final FlightRepository repository;
  private final List<Flight> schedule;
  private final Random random;
  private final Deque<Long> own = new ArrayDeque<>();
  private int added;

  /**
   * A user.
   *
   * @param schedule what it adds, again and again, each time a week later
   * @param own the ids of flights that are there already and that nobody else works on
   */
  Writer(FlightRepository repository, List<Flight> schedule, List<Long> own, Random random) {
    this.repository = repository;
    this.schedule = schedule;
    this.random = random;
    this.own.addAll(own);
  }

  /** Makes one request; what kind of request, and on which flights, is left to chance. */
  void request(UUID id) throws SQLException {
    int kind = random.nextInt(10);
    if (own.size() < FLIGHTS_PER_REQUEST || kind < 5) {
      own.addAll(repository.add(id, next()));
    } else if (kind < 8) {
      List<Long> late = oldest();
      repository.delay(id, late, 5 + random.nextInt(120));
      own.addAll(late);
    } else {
      repository.cancel(id, oldest());
    }
  }

  private List<Flight> next() {
    List<Flight> flights = new ArrayList<>();
    for (int i = 0; i < FLIGHTS_PER_REQUEST; i++, added++) {
      flights.add(schedule.get(added % schedule.size()).weeksLater(2 + added / schedule.size()));
    }
    return flights;
  }

  private List<Long> oldest() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < FLIGHTS_PER_REQUEST; i++) {
      ids.add(own.remove());
    }
    return ids;
  }
}
