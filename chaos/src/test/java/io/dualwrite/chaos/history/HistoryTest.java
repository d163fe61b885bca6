package io.dualwrite.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check that finds nothing proves nothing unless it can find something. */
class HistoryTest {
  private static final RowId ROW = new RowId("t", "it's /1");

  @TempDir Path logs;
  private History history;
  private AcknowledgementLog log;

  @BeforeEach
  void open() {
    history = new History(logs);
    log = new AcknowledgementLog(logs.resolve("w1.log"));
  }

  private static Change present(long version) {
    return Change.present("t", ROW.key(), version);
  }

  private static Change absent(long version) {
    return Change.absent("t", ROW.key(), version);
  }

  private void acknowledge(Change change) {
    log.acknowledged(log.intend(List.of(change)), List.of(change));
  }

  private List<String> with(long version) {
    history.readOn();
    return history.contradictions(Map.of(ROW, version));
  }

  private List<String> gone() {
    history.readOn();
    return history.contradictions(Map.of());
  }

  @Test
  void whatWasAcknowledgedMustBeThere() {
    acknowledge(present(5));
    assertThat(with(5)).isEmpty();
    assertThat(gone()).singleElement().asString().contains("LOST");
    acknowledge(present(7));
    assertThat(with(5)).singleElement().asString().contains("LOST");
    assertThat(with(7)).isEmpty();
  }

  @Test
  void whatWasDeletedMustBeGone() {
    acknowledge(present(5));
    acknowledge(absent(5));
    assertThat(gone()).isEmpty();
    assertThat(with(5)).singleElement().asString().contains("BACK");
  }

  @Test
  void anUnknownOutcomeAllowsEither() {
    acknowledge(present(5));
    log.unknown(log.intend(List.of(present(6))));
    assertThat(with(5)).isEmpty();
    assertThat(with(6)).isEmpty();
    assertThat(with(7)).singleElement().asString().contains("UNEXPLAINED");
    assertThat(gone()).singleElement().asString().contains("LOST");
  }

  @Test
  void aKilledApplicationLeavesOnlyAnIntention() throws Exception {
    acknowledge(present(5));
    log.intend(List.of(absent(6)));
    Files.writeString(logs.resolve("w1.log"), "A\t2\t17", StandardOpenOption.APPEND);
    assertThat(with(5)).isEmpty();
    assertThat(gone()).isEmpty();
    assertThat(with(8)).singleElement().asString().contains("UNEXPLAINED");
  }

  @Test
  void whatWasRolledBackMustNotBeThere() {
    log.rolledBack(List.of(present(5)));
    log.rolledBack(log.intend(List.of(present(6))));
    assertThat(gone()).isEmpty();
    assertThat(with(5)).singleElement().asString().contains("ROLLED BACK");
    assertThat(with(6)).singleElement().asString().contains("ROLLED BACK");
  }

  @Test
  void whatTheDatabaseChoosesIsKnownByItsAcknowledgement() {
    long number = log.intend(List.of(Change.either("t", ROW.key())));
    assertThat(with(5)).isEmpty();
    log.acknowledged(number, List.of(present(4)));
    history.settle(Map.of(ROW, 4L));
    assertThat(with(4)).isEmpty();
    assertThat(with(3)).singleElement().asString().contains("LOST");
  }

  @Test
  void whatWasVerifiedStays() {
    acknowledge(present(5));
    history.readOn();
    history.settle(Map.of(ROW, 5L));
    assertThat(with(5)).isEmpty();
    assertThat(with(6)).singleElement().asString().contains("UNEXPLAINED");
    assertThat(gone()).singleElement().asString().contains("LOST");
    assertThat(history.acknowledged()).isEqualTo(1);
  }

  @Test
  void aRowNobodyWroteIsUnexplained() {
    assertThat(with(1)).singleElement().asString().contains("UNEXPLAINED");
  }

  @Test
  void aChangeLiesInATimeOrNot() {
    long before = System.currentTimeMillis();
    acknowledge(present(5));
    long after = System.currentTimeMillis();
    history.readOn();
    assertThat(history.changedWithin(ROW, List.of(new Span(before, after)))).isTrue();
    assertThat(history.changedWithin(ROW, List.of(new Span(0, before - 1)))).isFalse();
    assertThat(history.changedWithin(new RowId("t", "2"), List.of(new Span(0, after)))).isFalse();
  }
}
