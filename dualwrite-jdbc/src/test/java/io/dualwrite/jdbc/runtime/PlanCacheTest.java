package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.wrap.SessionNames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlanCacheTest {
  private static final String SQL = "SELECT 1 FROM items";
  private static final CapturePlan PLAN = new CapturePlan.Unmirrored("one", "One");
  private static final CapturePlan OTHER = new CapturePlan.Unmirrored("other", "Other");

  private final PlanCache cache = new PlanCache();
  private final SessionNames session = new SessionNames();

  @BeforeEach
  void path() {
    session.searchPath("public");
    cache.keep(session, SQL, RequestedKeys.NONE, PLAN);
  }

  @Test
  void theSameTextIsFoundWhetherAsTheSameStringOrAsANewOne() {
    for (String sql : new String[] {SQL, SQL, new String(SQL.toCharArray()), SQL}) {
      assertThat(cache.find(session, sql, RequestedKeys.NONE)).isSameAs(PLAN);
    }
    assertThat(cache.find(session, SQL, RequestedKeys.ALL)).isNull();
    assertThat(cache.find(session, SQL + " ", RequestedKeys.NONE)).isNull();
  }

  @Test
  void aPlanOfOneSearchPathIsNotFoundUnderAnother() {
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(PLAN);

    session.searchPath("other");
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isNull();
    cache.keep(session, SQL, RequestedKeys.NONE, OTHER);
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(OTHER);

    session.searchPath(null);
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isNull();
  }

  @Test
  void temporaryTablesHideWhatDependsOnNamesFromTheirSessionAlone() {
    String nameless = "SELECT 1";
    cache.keep(nameless, RequestedKeys.NONE, OTHER);
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(PLAN);

    session.createdTemporaryTable();

    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isNull();
    assertThat(cache.find(session, nameless, RequestedKeys.NONE)).isSameAs(OTHER);

    cache.keep(session, SQL, RequestedKeys.NONE, OTHER);
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(OTHER);
    SessionNames another = new SessionNames();
    another.searchPath("public");
    assertThat(cache.find(another, SQL, RequestedKeys.NONE)).isSameAs(PLAN);
  }

  @Test
  void aSessionTakesNothingFromTheStateBefore() {
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(PLAN);
    PlanCache next = new PlanCache();

    assertThat(next.find(session, SQL, RequestedKeys.NONE)).isNull();

    next.keep(session, SQL, RequestedKeys.NONE, OTHER);
    assertThat(next.find(session, SQL, RequestedKeys.NONE)).isSameAs(OTHER);
    assertThat(cache.find(session, SQL, RequestedKeys.NONE)).isSameAs(PLAN);
  }

  @Test
  void textsThatShareAPlaceAreKeptApart() {
    for (int i = 0; i < 1_000; i++) {
      cache.keep(session, "q" + i, RequestedKeys.NONE, new CapturePlan.Unmirrored("q" + i, "q"));
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 1_000; i++) {
        assertThat(cache.find(session, "q" + i, RequestedKeys.NONE))
            .isEqualTo(new CapturePlan.Unmirrored("q" + i, "q"));
      }
    }
  }
}
