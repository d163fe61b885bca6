package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSourceUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.SimpleJdbcInsert;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;

/** Spring's templates, one statement at a time. */
class SpringJdbcTest extends ClientContract {
  private JdbcTemplate jdbc;
  private NamedParameterJdbcTemplate named;
  private JdbcClient client;

  @Override
  void start(DataSource shared) {
    jdbc = new JdbcTemplate(shared);
    named = new NamedParameterJdbcTemplate(shared);
    client = JdbcClient.create(shared);
  }

  @Test
  void updatesTellHowManyRowsChanged() {
    assertThat(jdbc.update("INSERT INTO stock (product, quantity) VALUES (?, ?)", "apple", 3))
        .isEqualTo(1);
    assertThat(jdbc.update("UPDATE stock SET quantity = ? WHERE product = ?", 5, "pear")).isZero();
    assertThat(
            named.update(
                "UPDATE stock SET quantity = :n, changed_at = now() WHERE product IN (:products)",
                Map.of("n", 7, "products", List.of("apple", "pear"))))
        .isEqualTo(1);
    assertThat(jdbc.queryForObject("SELECT quantity FROM stock", Integer.class)).isEqualTo(7);
  }

  @Test
  void keyHoldersOfAllKinds() throws SQLException {
    KeyHolder all = new GeneratedKeyHolder();
    jdbc.update(
        connection -> {
          var insert =
              connection.prepareStatement(
                  "INSERT INTO customer (email, name) VALUES (?, ?)",
                  java.sql.Statement.RETURN_GENERATED_KEYS);
          insert.setString(1, "a");
          insert.setString(2, "A");
          return insert;
        },
        all);
    assertThat(all.getKeys()).containsOnlyKeys("id", "email", "name", "version", "created_at");
    KeyHolder id = new GeneratedKeyHolder();
    named.update(
        "INSERT INTO customer (email, name) VALUES (:email, :name)",
        new MapSqlParameterSource(Map.of("email", "b", "name", "B")),
        id,
        new String[] {"id"});
    assertThat(id.getKeyAs(Long.class))
        .isEqualTo(Long.valueOf(stored("SELECT id FROM customer WHERE email = 'b'")));
    KeyHolder several = new GeneratedKeyHolder();
    client
        .sql("INSERT INTO customer (email, name) VALUES (?, ?), (?, ?)")
        .params("c", "C", "d", "D")
        .update(several, "id", "email");
    assertThat(several.getKeyList()).extracting(k -> k.get("email")).containsExactly("c", "d");
  }

  @Test
  void batchesAndTheirKeys() throws SQLException {
    SqlParameterSource[] rows =
        SqlParameterSourceUtils.createBatch(
            IntStream.range(0, 75)
                .mapToObj(i -> Map.of("email", "e" + i, "name", "N" + i))
                .toArray(Map[]::new));
    KeyHolder keys = new GeneratedKeyHolder();
    assertThat(
            named.batchUpdate(
                "INSERT INTO customer (email, name) VALUES (:email, :name)",
                rows,
                keys,
                new String[] {"id"}))
        .hasSize(75)
        .containsOnly(1);
    assertThat(keys.getKeyList()).hasSize(75).doesNotHaveDuplicates();
    int[][] counts =
        jdbc.batchUpdate(
            "UPDATE customer SET version = version + 1 WHERE id = ?",
            keys.getKeyList(),
            20,
            (update, key) -> update.setLong(1, ((Number) key.get("id")).longValue()));
    assertThat(counts).hasNumberOfRows(4);
    assertThat(counts[3]).hasSize(15).containsOnly(1);
    assertThat(
            jdbc.batchUpdate(
                "DELETE FROM customer WHERE email < 'e2'",
                "UPDATE customer SET name = lower(name)",
                "INSERT INTO customer (email, name) VALUES ('last', 'l')"))
        .containsExactly(12, 63, 1);
    assertThat(stored("SELECT sum(version) FROM customer")).isEqualTo("63");
  }

  @Test
  void simpleJdbcInsertReadsTheMetadataItNeeds() throws SQLException {
    SimpleJdbcInsert customers =
        new SimpleJdbcInsert(jdbc)
            .withTableName("customer")
            .usingColumns("email", "name")
            .usingGeneratedKeyColumns("id");
    Number customer = customers.executeAndReturnKey(Map.of("email", "a", "name", "A"));
    SimpleJdbcInsert lines = new SimpleJdbcInsert(dataSource()).withTableName("order_line");
    SimpleJdbcInsert orders =
        new SimpleJdbcInsert(dataSource())
            .withSchemaName("public")
            .withTableName("orders")
            .usingColumns("customer_id", "total")
            .usingGeneratedKeyColumns("id", "placed_at");
    var made =
        orders
            .executeAndReturnKeyHolder(
                Map.of("customer_id", customer, "total", new BigDecimal("3.50")))
            .getKeys();
    assertThat(made).containsOnlyKeys("id", "placed_at");
    Map<String, Object> line =
        Map.of("order_id", made.get("id"), "product", "apple", "quantity", 2);
    assertThat(
            lines.executeBatch(
                new MapSqlParameterSource(line).addValue("line_no", 1),
                new MapSqlParameterSource(line).addValue("line_no", 2)))
        .containsExactly(1, 1);
    assertThat(stored("SELECT count(*) FROM order_line JOIN orders ON id = order_id"))
        .isEqualTo("2");
  }

  @Test
  void theClientUpsertsAndReturns() throws SQLException {
    String upsert =
        "INSERT INTO stock AS s (product, quantity) VALUES (:product, :quantity)"
            + " ON CONFLICT (product) DO UPDATE SET quantity = s.quantity + excluded.quantity"
            + " RETURNING quantity, (xmax = 0) AS inserted";
    assertThat(upserted(upsert)).containsEntry("quantity", 4).containsEntry("inserted", true);
    assertThat(upserted(upsert)).containsEntry("quantity", 8).containsEntry("inserted", false);
    assertThat(
            client
                .sql("DELETE FROM stock WHERE quantity > :n RETURNING product")
                .param("n", 5)
                .query(String.class)
                .list())
        .containsExactly("apple");
  }

  private Map<String, Object> upserted(String upsert) {
    return client
        .sql(upsert)
        .param("product", "apple")
        .param("quantity", 4, Types.INTEGER)
        .query()
        .singleRow();
  }

  @Test
  void failuresAreTranslatedAsOfTheBareDriver() throws SQLException {
    jdbc.update("INSERT INTO stock VALUES ('apple', 1)");
    assertThatThrownBy(() -> jdbc.update("INSERT INTO stock VALUES ('apple', 1)"))
        .isInstanceOf(DuplicateKeyException.class)
        .rootCause()
        .hasMessageContaining("Key (product)=(apple) already exists");
    assertThatThrownBy(() -> jdbc.update("UPDATE stock SET quantity = -1"))
        .isInstanceOf(DataIntegrityViolationException.class)
        .hasMessageContaining("stock_quantity_check");
    assertThatThrownBy(() -> jdbc.update("INSERT INTO stock (produkt) VALUES ('x')"))
        .isInstanceOf(BadSqlGrammarException.class)
        .hasMessageContaining("produkt");
    assertThatThrownBy(() -> jdbc.update("INSERT INTO orders (id, customer_id) VALUES (1, 99)"))
        .isInstanceOf(DataIntegrityViolationException.class)
        .hasMessageContaining("orders_customer_id_fkey");
    assertThat(stored("SELECT product || quantity FROM stock")).isEqualTo("apple1");
  }

  @Test
  void streamsAndCallbacks() throws SQLException {
    jdbc.update("INSERT INTO stock SELECT 'p' || i, i FROM generate_series(1, 300) i");
    jdbc.setFetchSize(50);
    try (var rows = jdbc.queryForStream("SELECT quantity FROM stock", (r, n) -> r.getInt(1))) {
      assertThat(rows.mapToInt(i -> i).sum()).isEqualTo(45150);
    } finally {
      jdbc.setFetchSize(-1);
    }
    jdbc.execute(
        (java.sql.Connection connection) -> {
          connection.setAutoCommit(false);
          try (var rows =
              connection
                  .createStatement(
                      java.sql.ResultSet.TYPE_FORWARD_ONLY, java.sql.ResultSet.CONCUR_READ_ONLY)
                  .executeQuery("SELECT 1")) {
            rows.next();
            rows.getStatement()
                .getConnection()
                .createStatement()
                .executeUpdate("DELETE FROM stock WHERE quantity > 200");
          }
          connection.commit();
          connection.setAutoCommit(true);
          return null;
        });
    assertThat(stored("SELECT count(*) FROM stock")).isEqualTo("200");
  }
}
