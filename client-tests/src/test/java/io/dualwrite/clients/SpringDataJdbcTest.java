package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.annotation.Id;
import org.springframework.data.annotation.Version;
import org.springframework.data.jdbc.core.JdbcAggregateTemplate;
import org.springframework.data.jdbc.repository.config.AbstractJdbcConfiguration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.MappedCollection;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.relational.core.sql.LockMode;
import org.springframework.data.relational.repository.Lock;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Aggregates and repositories of Spring Data JDBC. */
class SpringDataJdbcTest extends ClientContract {
  private AnnotationConfigApplicationContext context;
  private Customers customers;
  private Orders orders;
  private TransactionTemplate inTransaction;

  @Override
  void start(DataSource shared) {
    context = new AnnotationConfigApplicationContext();
    context.registerBean(DataSource.class, () -> shared, bean -> bean.setDestroyMethodName(""));
    context.register(Application.class);
    context.refresh();
    customers = context.getBean(Customers.class);
    orders = context.getBean(Orders.class);
    inTransaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
  }

  @Override
  void stop() {
    context.close();
  }

  @Test
  void savedEntitiesGetTheirIdAndVersion() throws SQLException {
    Customer ada = customers.save(customer("ada"));
    assertThat(ada.id()).isPositive();
    assertThat(ada.version()).isZero();
    Customer renamed = customers.save(new Customer(ada.id(), "ada", "Countess", ada.version()));
    assertThat(renamed.version()).isOne();
    assertThatThrownBy(() -> customers.save(new Customer(ada.id(), "ada", "stale", 0)))
        .isInstanceOf(OptimisticLockingFailureException.class);
    assertThat(stored("SELECT name || version FROM customer")).isEqualTo("Countess1");
    customers.delete(renamed);
    assertThat(customers.count()).isZero();
  }

  @Test
  void saveAllInsertsInABatch() {
    List<Customer> saved =
        customers.saveAll(IntStream.range(0, 60).mapToObj(i -> customer("c" + i)).toList());
    assertThat(saved).extracting(Customer::id).doesNotContainNull().doesNotHaveDuplicates();
    customers.deleteAllById(saved.subList(0, 20).stream().map(Customer::id).toList());
    assertThat(customers.findAll()).hasSize(40);
    assertThatThrownBy(() -> customers.save(customer("c50")))
        .hasRootCauseInstanceOf(org.postgresql.util.PSQLException.class)
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(DuplicateKeyException.class),
            e -> assertThat(e).hasCauseInstanceOf(DuplicateKeyException.class));
  }

  @Test
  void anAggregateIsWrittenWithItsParts() throws SQLException {
    Customer customer = customers.save(customer("ada"));
    Order order =
        orders.save(
            new Order(
                null,
                customer.id(),
                new BigDecimal("9.90"),
                List.of(new Line("apple", 2), new Line("pear", 1)),
                null));
    assertThat(
            stored("SELECT string_agg(line_no || product, ',' ORDER BY line_no) FROM order_line"))
        .isEqualTo("0apple,1pear");
    Order changed =
        orders.save(
            new Order(
                order.id(),
                customer.id(),
                BigDecimal.TEN,
                List.of(new Line("plum", 7)),
                order.version()));
    assertThat(orders.findById(order.id()).orElseThrow().lines())
        .containsExactly(new Line("plum", 7));
    orders.delete(changed);
    assertThat(stored("SELECT count(*) FROM order_line")).isEqualTo("0");
  }

  @Test
  void queriesThatModifyLockAndStream() throws SQLException {
    customers.saveAll(IntStream.range(0, 10).mapToObj(i -> customer("c" + i)).toList());
    assertThat(customers.rename("c%", "same")).isEqualTo(10);
    assertThat(customers.deleteByEmail("c3")).isEqualTo(1);
    inTransaction.executeWithoutResult(
        tx -> {
          assertThat(customers.findByEmail("c4")).isNotNull();
          try (Stream<Customer> all = customers.streamByName("same")) {
            all.filter(c -> c.email().equals("c5"))
                .forEach(c -> customers.save(new Customer(c.id(), "c5", "other", c.version())));
          }
        });
    inTransaction.executeWithoutResult(
        tx -> {
          customers.deleteAll();
          tx.setRollbackOnly();
        });
    assertThat(
            stored(
                "SELECT count(*) FILTER (WHERE name = 'other') || '/' || count(*) FROM customer"))
        .isEqualTo("1/9");
  }

  @Test
  void aTemplateInsertsWhatBringsItsOwnId() throws SQLException {
    JdbcAggregateTemplate template = context.getBean(JdbcAggregateTemplate.class);
    template.insert(new Stock("apple", 3));
    template.update(new Stock("apple", 4));
    assertThatThrownBy(() -> template.insert(new Stock("apple", 5)))
        .isInstanceOf(DuplicateKeyException.class);
    assertThat(stored("SELECT product || quantity FROM stock")).isEqualTo("apple4");
  }

  private static Customer customer(String email) {
    return new Customer(null, email, "N", null);
  }

  interface Customers extends ListCrudRepository<Customer, Long> {
    @Modifying
    @Query("UPDATE customer SET name = :name WHERE email LIKE :like")
    int rename(String like, String name);

    @Modifying
    @Query("DELETE FROM customer WHERE email = :email")
    int deleteByEmail(String email);

    @Lock(LockMode.PESSIMISTIC_WRITE)
    Customer findByEmail(String email);

    Stream<Customer> streamByName(String name);
  }

  interface Orders extends ListCrudRepository<Order, Long> {}

  @Table("customer")
  record Customer(@Id Long id, String email, String name, @Version Integer version) {}

  @Table("orders")
  record Order(
      @Id Long id,
      Long customerId,
      BigDecimal total,
      @MappedCollection(idColumn = "order_id", keyColumn = "line_no") List<Line> lines,
      @Version Integer version) {}

  @Table("order_line")
  record Line(String product, int quantity) {}

  @Table("stock")
  record Stock(@Id String product, int quantity) {}

  @Configuration
  @EnableJdbcRepositories(
      basePackageClasses = SpringDataJdbcTest.class,
      considerNestedRepositories = true)
  static class Application extends AbstractJdbcConfiguration {
    @Bean
    NamedParameterJdbcOperations operations(DataSource dataSource) {
      return new NamedParameterJdbcTemplate(dataSource);
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
      return new JdbcTransactionManager(dataSource);
    }
  }
}
