package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** {@code @Transactional} in its forms. */
class SpringTransactionTest extends ClientContract {
  private AnnotationConfigApplicationContext context;
  private Shop shop;

  @Override
  void start(DataSource shared) {
    context = new AnnotationConfigApplicationContext();
    context.registerBean(DataSource.class, () -> shared, bean -> bean.setDestroyMethodName(""));
    context.register(Application.class);
    context.refresh();
    shop = context.getBean(Shop.class);
  }

  @Override
  void stop() {
    context.close();
  }

  @Test
  void aRuntimeExceptionRollsBackAndACheckedOneDoesNot() throws SQLException {
    assertThatThrownBy(() -> shop.put("unchecked", new IllegalStateException("no")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> shop.put("checked", new IOException("yes")))
        .isInstanceOf(IOException.class);
    assertThat(products()).isEqualTo("checked");
  }

  @Test
  void aNestedTransactionIsASavepoint() throws SQLException {
    shop.outerSurvivesInner("outer", "inner");
    assertThat(products()).isEqualTo("after inner,outer");
  }

  @Test
  void aJoinedTransactionTakesTheOuterWithIt() throws SQLException {
    assertThatThrownBy(() -> shop.outerSwallowsJoined("outer"))
        .isInstanceOf(UnexpectedRollbackException.class);
    assertThat(products()).isEqualTo("null");
  }

  @Test
  void aTransactionOfItsOwnSurvivesTheOuter() throws SQLException {
    assertThatThrownBy(() -> shop.outerFailsAfterOwn("outer", "own"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(products()).isEqualTo("own");
  }

  @Test
  void aReadOnlyTransactionRefusesWritesAndTheNextOneTakesThem() throws Exception {
    assertThatThrownBy(() -> shop.putReadOnly("never"))
        .rootCause()
        .isInstanceOfSatisfying(
            PSQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    shop.put("afterwards", null);
    assertThat(products()).isEqualTo("afterwards");
  }

  @Test
  void isolationHoldsForTheTransactionAlone() throws Exception {
    shop.put("apple", null);
    assertThat(shop.isolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
    try (Connection connection = dataSource().getConnection()) {
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    }
    assertThatThrownBy(() -> shop.loseARace("apple"))
        .isInstanceOf(ConcurrencyFailureException.class)
        .rootCause()
        .isInstanceOfSatisfying(
            PSQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    assertThat(stored("SELECT quantity FROM stock")).isEqualTo("100");
  }

  @Test
  void aTransactionThatTakesTooLongIsRolledBack() throws SQLException {
    assertThatThrownBy(() -> shop.tooLong("slow"))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(TransactionTimedOutException.class),
            e ->
                assertThat(e)
                    .rootCause()
                    .isInstanceOfSatisfying(
                        PSQLException.class,
                        cause -> assertThat(cause.getSQLState()).isEqualTo("57014")));
    assertThat(products()).isEqualTo("null");
  }

  private String products() throws SQLException {
    return stored("SELECT string_agg(product, ',' ORDER BY product) FROM stock");
  }

  @Configuration
  @EnableTransactionManagement(proxyTargetClass = true)
  static class Application {
    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
      return new JdbcTransactionManager(dataSource);
    }

    @Bean
    JdbcTemplate jdbc(DataSource dataSource) {
      return new JdbcTemplate(dataSource);
    }

    @Bean
    Shelf shelf(JdbcTemplate jdbc) {
      return new Shelf(jdbc);
    }

    @Bean
    Shop shop(JdbcTemplate jdbc, Shelf shelf) {
      return new Shop(jdbc, shelf);
    }
  }

  /** What transactions are nested in others. */
  static class Shelf {
    private final JdbcTemplate jdbc;

    Shelf(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @Transactional(propagation = Propagation.NESTED)
    public void putTwice(String product) {
      Shop.put(jdbc, product);
      Shop.put(jdbc, product);
    }

    @Transactional
    public void failJoined() {
      throw new IllegalStateException("joined");
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void putAlone(String product) {
      Shop.put(jdbc, product);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void change(String product, int quantity) {
      jdbc.update("UPDATE stock SET quantity = ? WHERE product = ?", quantity, product);
    }
  }

  static class Shop {
    private final JdbcTemplate jdbc;
    private final Shelf shelf;

    Shop(JdbcTemplate jdbc, Shelf shelf) {
      this.jdbc = jdbc;
      this.shelf = shelf;
    }

    static void put(JdbcTemplate jdbc, String product) {
      jdbc.update("INSERT INTO stock (product, quantity) VALUES (?, 1)", product);
    }

    @Transactional
    public void put(String product, Exception then) throws Exception {
      put(jdbc, product);
      if (then != null) {
        throw then;
      }
    }

    @Transactional
    public void outerSurvivesInner(String outer, String inner) {
      put(jdbc, outer);
      assertThatThrownBy(() -> shelf.putTwice(inner)).isInstanceOf(DuplicateKeyException.class);
      put(jdbc, "after " + inner);
    }

    @Transactional
    public void outerSwallowsJoined(String outer) {
      put(jdbc, outer);
      assertThatThrownBy(shelf::failJoined).isInstanceOf(IllegalStateException.class);
    }

    @Transactional
    public void outerFailsAfterOwn(String outer, String own) {
      put(jdbc, outer);
      shelf.putAlone(own);
      throw new IllegalStateException("outer");
    }

    @Transactional(readOnly = true)
    public void putReadOnly(String product) {
      jdbc.queryForList("TABLE stock");
      put(jdbc, product);
    }

    @Transactional(isolation = Isolation.SERIALIZABLE)
    public int isolation() {
      return jdbc.execute(Connection::getTransactionIsolation);
    }

    @Transactional(isolation = Isolation.REPEATABLE_READ)
    public void loseARace(String product) {
      jdbc.queryForList("TABLE stock");
      shelf.change(product, 100);
      jdbc.update("UPDATE stock SET quantity = 7 WHERE product = ?", product);
    }

    @Transactional(timeout = 1)
    public void tooLong(String product) {
      put(jdbc, product);
      jdbc.queryForList("SELECT pg_sleep(3)");
    }
  }
}
