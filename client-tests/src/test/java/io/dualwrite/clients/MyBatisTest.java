package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Flush;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.SelectKey;
import org.apache.ibatis.annotations.Update;
import org.apache.ibatis.cursor.Cursor;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.executor.BatchExecutorException;
import org.apache.ibatis.executor.BatchResult;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.ExecutorType;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.session.TransactionIsolationLevel;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.junit.jupiter.api.Test;

class MyBatisTest extends ClientContract {
  private SqlSessionFactory factory;

  @Override
  void start(DataSource shared) {
    Configuration configuration =
        new Configuration(new Environment("test", new JdbcTransactionFactory(), shared));
    configuration.setMapUnderscoreToCamelCase(true);
    configuration.addMapper(Customers.class);
    configuration.addMapper(Stock.class);
    factory = new SqlSessionFactoryBuilder().build(configuration);
  }

  @Test
  void generatedKeysOfOneRowAndOfMany() throws SQLException {
    inSession(
        session -> {
          Customers customers = session.getMapper(Customers.class);
          Customer ada = new Customer("ada", "Ada");
          assertThat(customers.insert(ada)).isEqualTo(1);
          assertThat(ada.id).isPositive();
          assertThat(ada.createdAt).isNotNull();
          List<Customer> more =
              IntStream.range(0, 20).mapToObj(i -> new Customer("c" + i, "C")).toList();
          assertThat(customers.insertAll(more)).isEqualTo(20);
          assertThat(more).extracting(c -> c.id).doesNotContainNull().doesNotHaveDuplicates();
        });
    assertThat(stored("SELECT count(*) FROM customer")).isEqualTo("21");
  }

  @Test
  void keysSelectedBeforeAndAfter() throws SQLException {
    Customer ada = new Customer("ada", "Ada");
    Map<String, Object> order = new java.util.HashMap<>();
    inSession(
        session -> {
          Customers customers = session.getMapper(Customers.class);
          customers.insertThenAsk(ada);
          order.put("customerId", ada.id);
          customers.insertOrder(order);
        });
    assertThat(stored("SELECT id FROM customer")).isEqualTo(ada.id.toString());
    assertThat(stored("SELECT id FROM orders")).isEqualTo(order.get("id").toString());
  }

  @Test
  void theBatchExecutorGroupsStatementsAndSetsKeys() throws SQLException {
    List<Customer> made =
        IntStream.range(0, 100).mapToObj(i -> new Customer("c" + i, "C")).toList();
    try (SqlSession session = factory.openSession(ExecutorType.BATCH)) {
      Customers customers = session.getMapper(Customers.class);
      made.forEach(customers::insert);
      List<BatchResult> results = customers.flush();
      assertThat(results).hasSize(1);
      assertThat(results.get(0).getUpdateCounts()).hasSize(100).containsOnly(1);
      made.forEach(c -> customers.rename(c.id, "N" + c.id));
      customers.delete(made.get(0).id);
      assertThat(session.flushStatements()).hasSize(2);
      session.commit();
    }
    assertThat(made).extracting(c -> c.id).doesNotContainNull().doesNotHaveDuplicates();
    assertThat(stored("SELECT count(*) FROM customer WHERE name = 'N' || id")).isEqualTo("99");
  }

  @Test
  void aBatchThatFailsTellsWhereAndLeavesNothing() throws SQLException {
    try (SqlSession session = factory.openSession(ExecutorType.BATCH)) {
      Customers customers = session.getMapper(Customers.class);
      customers.insert(new Customer("a", "A"));
      customers.insert(new Customer("b", "B"));
      customers.insert(new Customer("a", "A"));
      assertThatThrownBy(session::flushStatements)
          .isInstanceOf(PersistenceException.class)
          .cause()
          .isInstanceOfSatisfying(
              BatchExecutorException.class,
              e -> {
                assertThat(e.getBatchUpdateException().getSQLState()).isEqualTo("23505");
                assertThat(e.getBatchUpdateException().getUpdateCounts()).hasSize(3);
              });
      session.rollback();
    }
    assertThat(stored("SELECT count(*) FROM customer")).isEqualTo("0");
  }

  @Test
  void theReuseExecutorKeepsItsStatements() throws SQLException {
    try (SqlSession session = factory.openSession(ExecutorType.REUSE, false)) {
      Stock stock = session.getMapper(Stock.class);
      for (int i = 0; i < 30; i++) {
        assertThat(stock.upsert(List.of(Map.of("product", "p" + i % 7, "quantity", 1))))
            .isEqualTo(1);
      }
      session.commit();
    }
    assertThat(stored("SELECT count(*) || ' ' || sum(quantity) FROM stock")).isEqualTo("7 30");
  }

  @Test
  void dynamicUpsertsAndReturning() throws SQLException {
    inSession(
        session -> {
          Stock stock = session.getMapper(Stock.class);
          List<Map<String, Object>> rows =
              List.of(
                  Map.of("product", "apple", "quantity", 1),
                  Map.of("product", "pear", "quantity", 2));
          assertThat(stock.upsert(rows)).isEqualTo(2);
          assertThat(stock.upsert(rows)).isEqualTo(2);
          assertThat(stock.take("apple", 1)).isEqualTo(1);
          assertThat(stock.take("plum", 1)).isNull();
          assertThat(stock.change("pear", null)).isEqualTo(1);
          assertThat(stock.change("pear", 9)).isEqualTo(1);
        });
    assertThat(stored("SELECT string_agg(product || quantity, ',' ORDER BY product) FROM stock"))
        .isEqualTo("apple1,pear9");
  }

  @Test
  void cursorsReadWhileTheSessionWrites() throws SQLException {
    inSession(
        session -> {
          Stock stock = session.getMapper(Stock.class);
          for (int i = 0; i < 100; i++) {
            stock.upsert(List.of(Map.of("product", "p" + i, "quantity", i)));
          }
        });
    inSession(
        session -> {
          Stock stock = session.getMapper(Stock.class);
          try (Cursor<String> cursor = stock.all()) {
            for (String product : cursor) {
              if (cursor.getCurrentIndex() % 10 == 0) {
                stock.remove(product);
              }
            }
            assertThat(cursor.getCurrentIndex()).isEqualTo(99);
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThat(stored("SELECT count(*) FROM stock")).isEqualTo("90");
  }

  @Test
  void sessionsThatAreNotCommittedLeaveNothing() throws SQLException {
    try (SqlSession session = factory.openSession(TransactionIsolationLevel.SERIALIZABLE)) {
      assertThat(session.getConnection().getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
      session.getMapper(Customers.class).insert(new Customer("gone", "G"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    try (SqlSession session = factory.openSession(true)) {
      session.getMapper(Customers.class).insert(new Customer("kept", "K"));
    }
    assertThat(stored("SELECT string_agg(email, ',') FROM customer")).isEqualTo("kept");
  }

  private void inSession(Consumer<SqlSession> work) {
    try (SqlSession session = factory.openSession()) {
      work.accept(session);
      session.commit();
    }
  }

  static class Customer {
    Long id;
    String email;
    String name;
    java.time.OffsetDateTime createdAt;

    Customer(String email, String name) {
      this.email = email;
      this.name = name;
    }
  }

  interface Customers {
    String INSERT = "INSERT INTO customer (email, name) VALUES (#{email}, #{name})";

    @Insert(INSERT)
    @Options(useGeneratedKeys = true, keyProperty = "id,createdAt", keyColumn = "id,created_at")
    int insert(Customer customer);

    @Insert({
      "<script>INSERT INTO customer (email, name) VALUES",
      "<foreach collection='list' item='c' separator=','>(#{c.email}, #{c.name})</foreach>",
      "</script>"
    })
    @Options(useGeneratedKeys = true, keyProperty = "id", keyColumn = "id")
    int insertAll(List<Customer> customers);

    @Insert(INSERT)
    @SelectKey(
        statement = "SELECT lastval()",
        keyProperty = "id",
        before = false,
        resultType = Long.class)
    int insertThenAsk(Customer customer);

    @Insert("INSERT INTO orders (id, customer_id) VALUES (#{id}, #{customerId})")
    @SelectKey(
        statement = "SELECT nextval('orders_seq')",
        keyProperty = "id",
        before = true,
        resultType = Long.class)
    int insertOrder(Map<String, Object> order);

    @Update("UPDATE customer SET name = #{name} WHERE id = #{id}")
    int rename(@Param("id") long id, @Param("name") String name);

    @Delete("DELETE FROM customer WHERE id = #{id}")
    int delete(long id);

    @Flush
    List<BatchResult> flush();
  }

  interface Stock {
    @Insert({
      "<script>INSERT INTO stock (product, quantity) VALUES",
      "<foreach collection='list' item='s' separator=','>(#{s.product}, #{s.quantity})</foreach>",
      "ON CONFLICT (product) DO UPDATE SET quantity = stock.quantity + excluded.quantity",
      "</script>"
    })
    int upsert(List<Map<String, Object>> rows);

    @Select(
        value =
            "UPDATE stock SET quantity = quantity - #{n} WHERE product = #{product}"
                + " RETURNING quantity",
        affectData = true)
    Integer take(@Param("product") String product, @Param("n") int n);

    @Update({
      "<script>UPDATE stock",
      "<set><if test='quantity != null'>quantity = #{quantity},</if> changed_at = now()</set>",
      "WHERE product = #{product}</script>"
    })
    int change(@Param("product") String product, @Param("quantity") Integer quantity);

    @Delete("DELETE FROM stock WHERE product = #{product}")
    int remove(String product);

    @Select("SELECT product FROM stock ORDER BY quantity")
    @Options(fetchSize = 20)
    Cursor<String> all();
  }
}
