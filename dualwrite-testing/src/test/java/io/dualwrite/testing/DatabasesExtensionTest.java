package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.sql.Connection;
import java.sql.SQLException;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

class DatabasesExtensionTest {

  @Test
  void testsThatLeakOrFailOrAskForTooMuch() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(FailingCases.class))
        .execute()
        .testEvents()
        .failed()
        .assertEventsMatchLoosely(
            failure("leaks", message("left open: 1 connection; the first is a connection")),
            failure("failsAndLeaks", message("its own failure")),
            failure("setsSharedServers", message(text -> text.contains("needs dedicated = true"))));
  }

  @Nested
  @WithDatabases
  class Injection {

    private final TestDatabases field;

    Injection(TestDatabases dbs) {
      this.field = dbs;
    }

    @BeforeEach
    void before(TestDatabases dbs) {
      assertThat(dbs).isSameAs(field);
    }

    @AfterEach
    void after(TestDatabases dbs) {
      assertThat(dbs).isSameAs(field);
    }

    @Test
    void areTheSameInAllParameters(TestDatabases dbs) {
      assertThat(dbs).isSameAs(field);
    }

    @Nested
    class OfNestedClasses {

      private final TestDatabases inner;

      OfNestedClasses(TestDatabases dbs) {
        this.inner = dbs;
      }

      @Test
      void areTheSameForTheClassesAround(TestDatabases dbs) {
        assertThat(dbs).isSameAs(field).isSameAs(inner);
      }
    }
  }

  @Nested
  @WithDatabases(dedicated = true, settings = "max_prepared_transactions=3")
  class Dedicated {

    @Test
    @Order(1)
    void serversMayBeBroken(TestDatabases dbs) throws SQLException {
      dbs.execute(dbs.target(), "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
      assertThat(dbs.queryValue(dbs.target(), "SHOW max_prepared_transactions")).isEqualTo("3");
      assertThat(dbs.queryValue(dbs.target(), "SHOW fsync")).isEqualTo("on");

      dbs.targetServer().kill();
      dbs.targetServer().restart();

      assertThat(dbs.queryValue(dbs.target(), "TABLE t")).isEqualTo("1");
      dbs.targetServer().kill();
      dbs.sourceServer().freeze();
    }

    @Test
    @Order(2)
    void andAreMendedForTheNextTest(TestDatabases dbs) throws SQLException {
      try (Connection source = dbs.source().getConnection();
          Connection target = dbs.target().getConnection()) {
        assertThat(source.isValid(1)).isTrue();
        assertThat(target.isValid(1)).isTrue();
      }
    }
  }

  private static Condition<Event> failure(String method, Condition<Throwable> condition) {
    return event(test(method), finishedWithFailure(condition));
  }
}
