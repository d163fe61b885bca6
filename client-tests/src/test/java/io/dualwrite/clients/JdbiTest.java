package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.SerializableTransactionRunner;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindList;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.customizer.FetchSize;
import org.jdbi.v3.sqlobject.statement.BatchChunkSize;
import org.jdbi.v3.sqlobject.statement.GetGeneratedKeys;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.jdbi.v3.sqlobject.transaction.Transactional;
import org.junit.jupiter.api.Test;

class JdbiTest extends ClientContract {
  private Jdbi jdbi;

  @Override
  void start(DataSource shared) {
    jdbi = Jdbi.create(shared).installPlugin(new SqlObjectPlugin());
    jdbi.setTransactionHandler(new SerializableTransactionRunner());
  }

  @Test
  void sqlObjectsGiveGeneratedKeys() throws SQLException {
    Customers customers = jdbi.onDemand(Customers.class);
    Customer ada = customers.insert("ada", "Ada");
    assertThat(ada.id()).isPositive();
    assertThat(customers.insertForId("bob", "Bob")).isGreaterThan(ada.id());
    assertThat(customers.rename(List.of(ada.id()), "Countess")).isTrue();
    assertThat(customers.rename(List.of(-1L), "nobody")).isFalse();
    assertThat(stored("SELECT string_agg(name, ',' ORDER BY id) FROM customer"))
        .isEqualTo("Countess,Bob");
  }

  @Test
  void batchesInChunksWithTheirKeys() throws SQLException {
    Customers customers = jdbi.onDemand(Customers.class);
    List<Customer> made =
        customers.insertAll(
            IntStream.range(0, 105).mapToObj(i -> new Customer(0, "c" + i, "C")).toList());
    assertThat(made).hasSize(105).extracting(Customer::id).doesNotHaveDuplicates();
    assertThat(customers.deleteAll(made.subList(0, 10).stream().map(Customer::id).toList()))
        .hasSize(10)
        .containsOnly(1);
    int[] counts =
        jdbi.withHandle(
            handle -> {
              PreparedBatch batch =
                  handle.prepareBatch("UPDATE customer SET name = :name WHERE email = :email");
              made.forEach(c -> batch.bind("name", "N").bind("email", c.email()).add());
              return batch.execute();
            });
    assertThat(IntStream.of(counts).sum()).isEqualTo(95);
    int[] mixed =
        jdbi.withHandle(
            handle ->
                handle
                    .createBatch()
                    .add("DELETE FROM customer WHERE email = 'c50'")
                    .add("UPDATE customer SET version = 1")
                    .execute());
    assertThat(mixed).containsExactly(1, 94);
  }

  @Test
  void updatesThatReturnRows() {
    jdbi.useHandle(
        handle -> {
          assertThat(
                  handle
                      .createUpdate("INSERT INTO stock VALUES (:product, :quantity)")
                      .bindMap(Map.of("product", "apple", "quantity", 3))
                      .executeAndReturnGeneratedKeys("product", "changed_at")
                      .mapToMap()
                      .one())
              .containsEntry("product", "apple")
              .containsKey("changed_at");
          assertThat(
                  handle
                      .createQuery(
                          "INSERT INTO stock AS s VALUES ('apple', 4) ON CONFLICT (product)"
                              + " DO UPDATE SET quantity = s.quantity + excluded.quantity"
                              + " RETURNING quantity")
                      .mapTo(int.class)
                      .one())
              .isEqualTo(7);
          assertThat(
                  handle
                      .createQuery("DELETE FROM stock RETURNING product")
                      .mapTo(String.class)
                      .list())
              .containsExactly("apple");
        });
  }

  @Test
  void streamsWhileItWrites() throws SQLException {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "INSERT INTO stock SELECT 'p' || i, i FROM generate_series(1, ?) i", 300));
    jdbi.useTransaction(
        handle -> {
          Shelf shelf = handle.attach(Shelf.class);
          try (Stream<String> products = shelf.all()) {
            products.filter(p -> p.endsWith("0")).forEach(shelf::remove);
          }
        });
    assertThat(stored("SELECT count(*) FROM stock")).isEqualTo("270");
  }

  @Test
  void transactionsSavepointsAndRollback() throws SQLException {
    jdbi.useTransaction(
        handle -> {
          handle.execute("INSERT INTO stock VALUES ('kept', 1)");
          handle.savepoint("s");
          handle.execute("INSERT INTO stock VALUES ('gone', 1)");
          assertThatThrownBy(() -> handle.execute("INSERT INTO stock VALUES ('gone', 1)"))
              .isInstanceOf(UnableToExecuteStatementException.class);
          handle.rollbackToSavepoint("s");
          handle.savepoint("t");
          handle.execute("INSERT INTO stock VALUES ('after', 1)");
          handle.releaseSavepoint("t");
        });
    Shelf shelf = jdbi.onDemand(Shelf.class);
    assertThatThrownBy(() -> shelf.putAndFail("never")).isInstanceOf(IllegalStateException.class);
    shelf.useTransaction(
        joined -> {
          joined.put("joined");
          joined.putInTransaction("inner");
        });
    assertThat(stored("SELECT string_agg(product, ',' ORDER BY product) FROM stock"))
        .isEqualTo("after,inner,joined,kept");
  }

  @Test
  void serializableTransactionsAreTriedAgain() throws SQLException {
    jdbi.useHandle(handle -> handle.execute("INSERT INTO stock VALUES ('apple', 1)"));
    AtomicInteger tries = new AtomicInteger();
    jdbi.useTransaction(
        TransactionIsolationLevel.SERIALIZABLE,
        handle -> {
          int now = handle.createQuery("SELECT quantity FROM stock").mapTo(int.class).one();
          if (tries.getAndIncrement() == 0) {
            // Jdbi itself would take the handle of this thread.
            databases().execute(dataSource(), "UPDATE stock SET quantity = 10");
          }
          handle.execute("UPDATE stock SET quantity = ?", now + 1);
        });
    assertThat(tries).hasValue(2);
    assertThat(stored("SELECT quantity FROM stock")).isEqualTo("11");
  }

  @Test
  void scriptsOfSeveralStatements() throws SQLException {
    int[] counts =
        jdbi.withHandle(
            handle ->
                handle
                    .createScript(
                        """
                        -- a script; with a semicolon
                        INSERT INTO stock VALUES ('a;b', 1), ('c', 2);
                        UPDATE stock SET quantity = 3 /* ; */ WHERE product = 'c';
                        DELETE FROM stock WHERE product = 'a;b';
                        """)
                    .execute());
    assertThat(counts).containsExactly(2, 1, 1);
    assertThat(stored("SELECT product || quantity FROM stock")).isEqualTo("c3");
  }

  public record Customer(long id, String email, String name) {}

  @RegisterConstructorMapper(Customer.class)
  public interface Customers {
    @SqlUpdate("INSERT INTO customer (email, name) VALUES (:email, :name)")
    @GetGeneratedKeys
    Customer insert(String email, String name);

    @SqlUpdate("INSERT INTO customer (email, name) VALUES (:email, :name)")
    @GetGeneratedKeys("id")
    long insertForId(String email, String name);

    @SqlBatch("INSERT INTO customer (email, name) VALUES (:email, :name)")
    @BatchChunkSize(50)
    @GetGeneratedKeys({"id", "email", "name"})
    List<Customer> insertAll(@BindMethods Iterable<Customer> customers);

    @SqlBatch("DELETE FROM customer WHERE id = :id")
    int[] deleteAll(Iterable<Long> id);

    @SqlUpdate("UPDATE customer SET name = :name WHERE id IN (<ids>)")
    boolean rename(@BindList("ids") List<Long> ids, String name);
  }

  public interface Shelf extends Transactional<Shelf> {
    @SqlQuery("SELECT product FROM stock")
    @FetchSize(25)
    Stream<String> all();

    @SqlUpdate("DELETE FROM stock WHERE product = :product")
    void remove(String product);

    @SqlUpdate("INSERT INTO stock VALUES (:product, 1)")
    void put(String product);

    @Transaction
    default void putInTransaction(String product) {
      put(product);
    }

    @Transaction
    default void putAndFail(String product) {
      put(product);
      throw new IllegalStateException("no");
    }
  }
}
