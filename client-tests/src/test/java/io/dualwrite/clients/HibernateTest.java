package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.clients.Entities.Customer;
import io.dualwrite.clients.Entities.Event;
import io.dualwrite.clients.Entities.Incident;
import io.dualwrite.clients.Entities.Line;
import io.dualwrite.clients.Entities.Order;
import io.dualwrite.clients.Entities.Ticket;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.hibernate.LockMode;
import org.hibernate.LockOptions;
import org.hibernate.PessimisticLockException;
import org.hibernate.ScrollMode;
import org.hibernate.ScrollableResults;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.LockAcquisitionException;
import org.junit.jupiter.api.Test;

class HibernateTest extends ClientContract {
  private SessionFactory hibernate;

  @Override
  void start(DataSource shared) throws SQLException {
    databases().executeOnBoth(resource("/hibernate.sql"));
    Configuration configuration =
        new Configuration()
            .addAnnotatedClass(Customer.class)
            .addAnnotatedClass(Order.class)
            .addAnnotatedClass(Line.class)
            .addAnnotatedClass(Event.class)
            .addAnnotatedClass(Ticket.class)
            .addAnnotatedClass(Incident.class)
            .setProperty(AvailableSettings.JAKARTA_HBM2DDL_DATABASE_ACTION, "validate")
            .setProperty(AvailableSettings.STATEMENT_BATCH_SIZE, "50")
            .setProperty(AvailableSettings.ORDER_INSERTS, "true")
            .setProperty(AvailableSettings.ORDER_UPDATES, "true")
            .setProperty(AvailableSettings.USE_GET_GENERATED_KEYS, "true");
    configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, shared);
    hibernate = configuration.buildSessionFactory();
  }

  @Override
  void stop() {
    hibernate.close();
  }

  @Test
  void identityIdsAndDefaultsAreReadBack() throws SQLException {
    List<Customer> made = new ArrayList<>();
    hibernate.inTransaction(
        session -> {
          for (int i = 0; i < 5; i++) {
            Customer customer = new Customer("c" + i, "C");
            session.persist(customer);
            made.add(customer);
          }
        });
    assertThat(made).extracting(c -> c.id).doesNotContainNull().doesNotHaveDuplicates();
    assertThat(made).extracting(c -> c.createdAt).doesNotContainNull();
    assertThat(stored("SELECT count(*) FROM customer")).isEqualTo("5");
  }

  @Test
  void pooledSequencesAndCascadesGoInBatches() throws SQLException {
    hibernate.inTransaction(
        session -> {
          Customer customer = new Customer("ada", "Ada");
          session.persist(customer);
          for (int i = 0; i < 120; i++) {
            session.persist(new Order(customer).with("apple", i).with("pear", 1));
          }
        });
    assertThat(stored("SELECT count(*) FROM order_line")).isEqualTo("240");
    hibernate.inTransaction(
        session -> {
          List<Order> orders =
              session
                  .createQuery("from Order o join fetch o.lines order by o.id", Order.class)
                  .list();
          orders.get(0).lines.remove(0);
          orders.get(1).lines.clear();
          session.remove(orders.get(2));
          orders.forEach(o -> o.total = o.total.add(BigDecimal.ONE));
        });
    assertThat(stored("SELECT count(*) || ' ' || sum(total) || ' ' || sum(version) FROM orders"))
        .isEqualTo("119 119.00 119");
    assertThat(stored("SELECT count(*) FROM order_line")).isEqualTo("235");
  }

  @Test
  void versionsTellWhoCameTooLate() throws SQLException {
    Order order = anOrder();
    hibernate.inTransaction(session -> session.find(Order.class, order.id).total = BigDecimal.TEN);
    order.total = BigDecimal.ONE;
    assertThatThrownBy(() -> hibernate.inTransaction(session -> session.merge(order)))
        .isInstanceOf(OptimisticLockException.class);
    assertThatThrownBy(
            () ->
                hibernate.inTransaction(
                    first -> {
                      Order mine = first.find(Order.class, order.id);
                      hibernate.inTransaction(
                          second -> second.find(Order.class, order.id).total = new BigDecimal(2));
                      mine.total = BigDecimal.ZERO;
                    }))
        .isInstanceOf(OptimisticLockException.class);
    hibernate.inTransaction(
        session -> session.find(Order.class, order.id, LockModeType.OPTIMISTIC_FORCE_INCREMENT));
    assertThat(stored("SELECT total || '/' || version FROM orders")).isEqualTo("2.00/3");
  }

  @Test
  void uuidsJsonAndArrays() throws SQLException {
    Event event = new Event("order", Map.of("a", "1"), "x", "y, z");
    hibernate.inTransaction(session -> session.persist(event));
    hibernate.inTransaction(
        session -> {
          Event found = session.find(Event.class, event.id);
          found.detail = Map.of("b", "ö");
          found.tags = new String[] {"w"};
        });
    assertThat(stored("SELECT detail::text || tags::text FROM event"))
        .isEqualTo("{\"b\": \"ö\"}{w}");
  }

  @Test
  void elementCollectionsAreRewritten() throws SQLException {
    Ticket ticket = new Ticket("t");
    ticket.labels.addAll(List.of("a", "b", "c"));
    ticket.notes.addAll(List.of("first", "second", "third"));
    hibernate.inTransaction(
        session -> {
          session.persist(ticket);
          session.persist(new Incident("i", 3));
        });
    hibernate.inTransaction(
        session -> {
          Ticket found = session.find(Ticket.class, ticket.id);
          found.labels.remove("b");
          found.labels.add("d");
          found.notes.remove(0);
          found.notes.add("fourth");
        });
    assertThat(stored("SELECT string_agg(label, '' ORDER BY label) FROM ticket_label"))
        .isEqualTo("acd");
    assertThat(stored("SELECT string_agg(note, ',' ORDER BY position) FROM ticket_note"))
        .isEqualTo("second,third,fourth");
    assertThat(stored("SELECT severity FROM ticket WHERE kind = 'incident'")).isEqualTo("3");
  }

  @Test
  void bulkStatementsInHql() throws SQLException {
    hibernate.inTransaction(
        session -> {
          for (int i = 0; i < 30; i++) {
            session.persist(i % 3 == 0 ? new Incident("t" + i, i) : new Ticket("t" + i));
          }
        });
    hibernate.inTransaction(
        session -> {
          assertThat(
                  session
                      .createMutationQuery(
                          "update versioned Incident set severity = severity + 1, openedAt = :at")
                      .setParameter("at", Instant.parse("2024-01-01T00:00:00Z"))
                      .executeUpdate())
              .isEqualTo(10);
          assertThat(
                  session
                      .createMutationQuery("delete Incident where severity > 20")
                      .executeUpdate())
              .isEqualTo(3);
          assertThat(
                  session
                      .createMutationQuery(
                          "insert into Ticket (title, version) select title || '!', 0 from Ticket"
                              + " where title like 't1%'")
                      .executeUpdate())
              .isEqualTo(11);
          assertThat(
                  session
                      .createMutationQuery(
                          "insert into Customer (email, name, version) values ('a', 'A', 0)"
                              + " on conflict (email) do nothing")
                      .executeUpdate())
              .isEqualTo(1);
          assertThat(
                  session
                      .createNativeMutationQuery(
                          "WITH old AS (SELECT id FROM ticket WHERE title = :title)"
                              + " UPDATE ticket t SET title = 'native' FROM old WHERE t.id = old.id")
                      .setParameter("title", "t2")
                      .executeUpdate())
              .isEqualTo(1);
        });
    assertThat(stored("SELECT count(*) || ' ' || sum(severity) FROM ticket")).isEqualTo("38 70");
  }

  @Test
  void statelessSessionsInsertUpsertAndDelete() throws SQLException {
    hibernate.inStatelessTransaction(
        session -> {
          session.setJdbcBatchSize(20);
          for (int i = 0; i < 50; i++) {
            session.insert(new Ticket("t" + i));
          }
          Customer customer = new Customer("ada", "Ada");
          session.insert(customer);
          customer.name = "Countess";
          session.update(customer);
          Event event = new Event("order", Map.of());
          session.insert(event);
          event.kind = "changed";
          session.upsert(event);
          session.upsert(upserted());
          session.delete(event);
        });
    assertThat(stored("SELECT count(*) FROM ticket")).isEqualTo("50");
    assertThat(stored("SELECT name FROM customer")).isEqualTo("Countess");
    assertThat(stored("SELECT kind FROM event")).isEqualTo("upserted");
  }

  private static Event upserted() {
    Event event = new Event("upserted", Map.of());
    event.id = java.util.UUID.fromString("00000000-0000-4000-8000-000000000001");
    return event;
  }

  @Test
  void pessimisticLocksWaitOrFail() throws SQLException {
    Order order = anOrder();
    hibernate.inTransaction(
        first -> {
          Order mine = first.find(Order.class, order.id, LockModeType.PESSIMISTIC_WRITE);
          assertThatThrownBy(
                  () ->
                      hibernate.inTransaction(
                          second ->
                              second.get(
                                  Order.class,
                                  order.id,
                                  new LockOptions(LockMode.UPGRADE_NOWAIT)
                                      .setTimeOut(LockOptions.NO_WAIT))))
              .satisfiesAnyOf(
                  e -> assertThat(e).isInstanceOf(PessimisticLockException.class),
                  e -> assertThat(e).isInstanceOf(LockAcquisitionException.class),
                  e -> assertThat(e).isInstanceOf(jakarta.persistence.LockTimeoutException.class),
                  e ->
                      assertThat(e)
                          .isInstanceOf(jakarta.persistence.PessimisticLockException.class));
          hibernate.inTransaction(
              second ->
                  assertThat(
                          second
                              .createQuery("from Order", Order.class)
                              .setHibernateLockMode(LockMode.UPGRADE_SKIPLOCKED)
                              .list())
                      .isEmpty());
          mine.total = BigDecimal.TEN;
        });
    assertThat(stored("SELECT total FROM orders")).isEqualTo("10.00");
  }

  @Test
  void scrollsWhileItFlushes() throws SQLException {
    hibernate.inTransaction(
        session -> {
          for (int i = 0; i < 200; i++) {
            session.persist(new Ticket("t" + i));
          }
        });
    hibernate.inTransaction(
        session -> {
          int seen = 0;
          try (ScrollableResults<Ticket> rows =
              session
                  .createQuery("from Ticket order by id", Ticket.class)
                  .setFetchSize(30)
                  .scroll(ScrollMode.FORWARD_ONLY)) {
            while (rows.next()) {
              rows.get().title = "seen";
              if (++seen % 50 == 0) {
                session.flush();
                session.clear();
              }
            }
          }
          assertThat(seen).isEqualTo(200);
          try (var stream = session.createQuery("from Ticket", Ticket.class).stream()) {
            assertThat(stream.limit(10)).hasSize(10);
          }
        });
    assertThat(stored("SELECT count(*) FROM ticket WHERE title = 'seen' AND version = 1"))
        .isEqualTo("200");
  }

  @Test
  void aViolationRollsTheWholeUnitOfWorkBack() throws SQLException {
    assertThatThrownBy(
            () ->
                hibernate.inTransaction(
                    session -> {
                      session.persist(new Ticket("first"));
                      session.flush();
                      session.persist(new Customer("same", "A"));
                      session.persist(new Customer("same", "B"));
                    }))
        .isInstanceOfSatisfying(
            ConstraintViolationException.class,
            e -> {
              assertThat(e.getConstraintName()).isEqualTo("customer_email_key");
              assertThat(e.getSQLState()).isEqualTo("23505");
            });
    assertThat(stored("SELECT count(*) FROM ticket")).isEqualTo("0");
    assertThat(stored("SELECT count(*) FROM customer")).isEqualTo("0");
  }

  private Order anOrder() {
    return hibernate.fromTransaction(
        session -> {
          Customer customer = new Customer("ada", "Ada");
          session.persist(customer);
          Order order = new Order(customer).with("apple", 1);
          session.persist(order);
          return order;
        });
  }
}
