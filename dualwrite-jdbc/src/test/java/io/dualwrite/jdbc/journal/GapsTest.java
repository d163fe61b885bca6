package io.dualwrite.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gaps that a comparison takes for over while the instance, frozen for a while, goes on. */
@WithDatabases
class GapsTest {
  private final Gaps gaps = new Gaps("dualwrite");
  private final TestDatabases dbs;
  private Connection source;

  GapsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void create() throws SQLException {
    source = dbs.source().getConnection();
    ControlSchema.create(source, "dualwrite", "source");
    gaps.open(source, "test", "me", "kill switch", Duration.ZERO);
  }

  @AfterEach
  void close() throws SQLException {
    source.close();
  }

  private Gaps.Gap onlyOne() throws SQLException {
    assertThat(gaps.unreconciled(source, "test")).hasSize(1);
    return gaps.unreconciled(source, "test").get(0);
  }

  @Test
  @Guarantee("G2")
  void oneThatEndsAfterItsComparisonNeedsAnother() throws SQLException {
    assertThat(gaps.reconciled(source, onlyOne())).isTrue();
    assertThat(gaps.unreconciled(source, "test")).isEmpty();
    gaps.close(source, "me", Long.MAX_VALUE);
    assertThat(onlyOne().until()).isPresent();
    assertThat(gaps.reconciled(source, onlyOne())).isTrue();
    gaps.close(source, "me");
    assertThat(gaps.unreconciled(source, "test")).as("it had ended").isEmpty();
  }

  @Test
  @Guarantee("G2")
  void oneThatEndsBeforeItsComparisonSaysSoDoesToo() throws SQLException {
    Gaps.Gap open = onlyOne();
    gaps.close(source, "me");
    assertThat(gaps.reconciled(source, open)).isFalse();
    assertThat(onlyOne().until()).isPresent();
  }
}
