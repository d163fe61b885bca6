package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.values;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Loader;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.conf.Settings;
import org.jooq.exception.DataChangedException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

class JooqTest extends ClientContract {
  private static final Table<Record> CUSTOMER = table(name("customer"));
  private static final Field<Long> ID = field(name("id"), SQLDataType.BIGINT);
  private static final Field<String> EMAIL = field(name("email"), SQLDataType.CLOB);
  private static final Field<String> NAME = field(name("name"), SQLDataType.CLOB);
  private static final Table<Record> STOCK = table(name("stock"));
  private static final Field<String> PRODUCT = field(name("product"), SQLDataType.CLOB);
  private static final Field<Integer> QUANTITY = field(name("quantity"), SQLDataType.INTEGER);
  private static final Table<Record> EVENT = table(name("event"));
  private static final Field<UUID> EVENT_ID = field(name("id"), SQLDataType.UUID);
  private static final Field<String> KIND = field(name("kind"), SQLDataType.CLOB);
  private static final Field<JSONB> DETAIL = field(name("detail"), SQLDataType.JSONB);
  private static final Field<String[]> TAGS = field(name("tags"), SQLDataType.CLOB.array());

  private DSLContext jooq;

  @Override
  void start(DataSource shared) {
    jooq =
        DSL.using(
            shared,
            SQLDialect.POSTGRES,
            new Settings()
                .withExecuteWithOptimisticLocking(true)
                .withReturnAllOnUpdatableRecord(true));
  }

  @Test
  void returningGivesWhatTheDatabaseMade() throws SQLException {
    Record2<Long, String> made =
        jooq.insertInto(CUSTOMER, EMAIL, NAME)
            .values("ada@example.org", "Ada")
            .returningResult(ID, NAME)
            .fetchSingle();
    assertThat(made.value2()).isEqualTo("Ada");
    Result<Record1<String>> renamed =
        jooq.update(CUSTOMER)
            .set(NAME, NAME.concat(" L."))
            .where(ID.eq(made.value1()))
            .returningResult(NAME.as("new name"))
            .fetch();
    assertThat(renamed.getValues("new name", String.class)).containsExactly("Ada L.");
    assertThat(jooq.deleteFrom(CUSTOMER).returningResult(EMAIL).fetchSingle().value1())
        .isEqualTo("ada@example.org");
    assertThat(stored("SELECT count(*) FROM customer")).isEqualTo("0");
  }

  @Test
  void severalRowsReturnTheirIdsInOrder() throws SQLException {
    List<Long> ids =
        jooq.insertInto(CUSTOMER, EMAIL, NAME)
            .values("a", "A")
            .values("b", "B")
            .values("c", "C")
            .returning(ID)
            .fetch(ID);
    assertThat(ids).hasSize(3).isSorted().doesNotHaveDuplicates();
    jooq.connection(
        connection -> {
          DSLContext session = DSL.using(connection, SQLDialect.POSTGRES);
          session.insertInto(CUSTOMER, EMAIL, NAME).values("d", "D").execute();
          assertThat(session.lastID().longValue()).isGreaterThan(ids.get(2));
          assertThat(stored("SELECT id FROM customer WHERE email = 'd'"))
              .isEqualTo(session.lastID().toString());
        });
  }

  @Test
  void batchesOfOneStatementAndOfSeveral() throws SQLException {
    var insert = jooq.batch(jooq.insertInto(STOCK, PRODUCT, QUANTITY).values((String) null, null));
    for (int i = 0; i < 100; i++) {
      insert = insert.bind("p" + i, i);
    }
    assertThat(insert.execute()).hasSize(100).containsOnly(1);
    int[] counts =
        jooq.batch(
                jooq.update(STOCK).set(QUANTITY, QUANTITY.plus(1)).where(QUANTITY.lt(10)),
                jooq.deleteFrom(STOCK).where(QUANTITY.ge(90)),
                jooq.insertInto(STOCK, PRODUCT, QUANTITY).values("more", 5))
            .execute();
    assertThat(counts).containsExactly(10, 10, 1);
    assertThat(stored("SELECT count(*) || ' ' || sum(quantity) FROM stock")).isEqualTo("91 4020");
  }

  @Test
  void recordsAreStoredRefreshedAndLockedOptimistically() throws SQLException {
    StockRecords.Stock stock = new StockRecords.Stock();
    var apple = jooq.newRecord(stock);
    apple.set(stock.product, "apple");
    apple.set(stock.quantity, 3);
    assertThat(apple.store()).isEqualTo(1);
    assertThat(apple.get(stock.changedAt)).isNotNull();

    var stale = jooq.fetchSingle(stock, stock.product.eq("apple"));
    apple.set(stock.quantity, 4);
    assertThat(apple.store()).isEqualTo(1);
    stale.set(stock.quantity, 5);
    assertThatThrownBy(stale::store).isInstanceOf(DataChangedException.class);
    stale.refresh();
    assertThat(stale.get(stock.quantity)).isEqualTo(4);
    assertThat(stale.delete()).isEqualTo(1);

    var many =
        IntStream.range(0, 120)
            .mapToObj(
                i -> {
                  var r = jooq.newRecord(stock);
                  r.set(stock.product, "b" + i);
                  r.set(stock.quantity, i);
                  return r;
                })
            .toList();
    assertThat(jooq.batchInsert(many).execute()).hasSize(120).containsOnly(1);
    many.forEach(r -> r.set(stock.quantity, 7));
    DSLContext plain = DSL.using(dataSource(), SQLDialect.POSTGRES);
    many.forEach(r -> r.attach(plain.configuration()));
    assertThat(plain.batchStore(many).execute()).hasSize(120).containsOnly(1);
    assertThat(stored("SELECT count(*) || ' ' || sum(quantity) FROM stock")).isEqualTo("120 840");
  }

  @Test
  void upsertsAndMerge() throws SQLException {
    for (int i = 0; i < 2; i++) {
      assertThat(
              jooq.insertInto(STOCK, PRODUCT, QUANTITY)
                  .values("apple", 3)
                  .onConflict(PRODUCT)
                  .doUpdate()
                  .set(
                      QUANTITY,
                      field(name("stock", "quantity"), Integer.class).plus(excluded(QUANTITY)))
                  .execute())
          .isEqualTo(1);
    }
    assertThat(
            jooq.insertInto(STOCK, PRODUCT, QUANTITY)
                .values("apple", 1)
                .onConflictDoNothing()
                .execute())
        .isZero();
    assertThat(
            jooq.insertInto(STOCK, PRODUCT, QUANTITY)
                .values("apple", 1)
                .onDuplicateKeyIgnore()
                .returning(QUANTITY)
                .fetch())
        .isEmpty();
    assertThat(stored("SELECT quantity FROM stock")).isEqualTo("6");
    assertThat(
            jooq.mergeInto(STOCK)
                .using(values(row("apple", 10), row("pear", 20)).as("s", "product", "quantity"))
                .on(
                    field(name("stock", "product"), String.class)
                        .eq(field(name("s", "product"), String.class)))
                .whenMatchedThenUpdate()
                .set(QUANTITY, field(name("s", "quantity"), Integer.class))
                .whenNotMatchedThenInsert(PRODUCT, QUANTITY)
                .values(
                    field(name("s", "product"), String.class),
                    field(name("s", "quantity"), Integer.class))
                .execute())
        .isEqualTo(2);
    assertThat(stored("SELECT string_agg(product || quantity, ',' ORDER BY product) FROM stock"))
        .isEqualTo("apple10,pear20");
  }

  @Test
  void loadsCsvInBatches() throws Exception {
    StringBuilder csv = new StringBuilder("product,quantity\n");
    for (int i = 0; i < 250; i++) {
      csv.append("\"p, ").append(i).append("\",").append(i).append('\n');
    }
    StockRecords.Stock stock = new StockRecords.Stock();
    jooq.connection(
        connection -> {
          connection.setAutoCommit(false);
          Loader<StockRecords.StockRecord> loaded =
              DSL.using(connection, SQLDialect.POSTGRES)
                  .loadInto(stock)
                  .bulkAfter(10)
                  .batchAfter(5)
                  .commitAfter(2)
                  .loadCSV(csv.toString())
                  .fields(stock.product, stock.quantity)
                  .execute();
          connection.setAutoCommit(true);
          assertThat(loaded.errors()).isEmpty();
          assertThat(loaded.stored()).isEqualTo(250);
        });
    jooq.update(STOCK).set(QUANTITY, 0).where(QUANTITY.mod(2).eq(0)).execute();
    assertThat(
            jooq.loadInto(stock)
                .onDuplicateKeyUpdate()
                .batchAfter(20)
                .loadCSV(csv.append("one more,1\n").toString())
                .fields(stock.product, stock.quantity)
                .execute()
                .errors())
        .isEmpty();
    assertThat(stored("SELECT count(*) || ' ' || sum(quantity) FROM stock")).isEqualTo("251 31126");
  }

  @Test
  void readsLazilyWhileItWrites() throws SQLException {
    jooq.execute("INSERT INTO stock SELECT 'p' || i, i FROM generate_series(1, 500) i");
    jooq.transaction(
        tx -> {
          int seen = 0;
          try (Cursor<Record2<String, Integer>> rows =
              tx.dsl()
                  .select(PRODUCT, QUANTITY)
                  .from(STOCK)
                  .orderBy(QUANTITY)
                  .fetchSize(50)
                  .fetchLazy()) {
            for (Record2<String, Integer> next : rows) {
              seen++;
              if (next.value2() % 100 == 0) {
                tx.dsl().deleteFrom(STOCK).where(PRODUCT.eq(next.value1())).execute();
              }
            }
          }
          assertThat(seen).isEqualTo(500);
        });
    try (var stream = jooq.selectFrom(STOCK).fetchStream()) {
      assertThat(stream.count()).isEqualTo(495);
    }
  }

  @Test
  void nestedTransactionsAreSavepoints() throws SQLException {
    jooq.transaction(
        outer -> {
          outer.dsl().insertInto(STOCK, PRODUCT, QUANTITY).values("outer", 1).execute();
          assertThatThrownBy(
                  () ->
                      outer
                          .dsl()
                          .transaction(
                              inner -> {
                                inner
                                    .dsl()
                                    .insertInto(STOCK, PRODUCT, QUANTITY)
                                    .values("inner", 1)
                                    .execute();
                                inner
                                    .dsl()
                                    .insertInto(STOCK, PRODUCT, QUANTITY)
                                    .values("outer", 1)
                                    .execute();
                              }))
              .isInstanceOf(IntegrityConstraintViolationException.class)
              .satisfies(
                  e ->
                      assertThat(((IntegrityConstraintViolationException) e).sqlState())
                          .isEqualTo("23505"));
          outer.dsl().insertInto(STOCK, PRODUCT, QUANTITY).values("afterwards", 1).execute();
        });
    assertThatThrownBy(
            () ->
                jooq.transaction(
                    tx -> {
                      tx.dsl().update(STOCK).set(QUANTITY, 99).execute();
                      throw new IllegalStateException("no");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(stored("SELECT string_agg(product || quantity, ',' ORDER BY product) FROM stock"))
        .isEqualTo("afterwards1,outer1");
  }

  @Test
  void plainSqlWithTemplatesAndCommonTableExpressions() throws SQLException {
    assertThat(
            jooq.execute(
                "INSERT INTO {0} (product, quantity) VALUES ({1}, {2})",
                STOCK, val("it's a ? in 'quotes'"), val(7)))
        .isEqualTo(1);
    assertThat(
            jooq.fetchSingle(
                    "UPDATE stock SET quantity = quantity * ? WHERE product LIKE ? RETURNING quantity /* ? */",
                    2,
                    "it%")
                .get(0))
        .isEqualTo(14);
    assertThat(
            jooq.with("few")
                .as(DSL.select(PRODUCT).from(STOCK).where(QUANTITY.lt(20)))
                .delete(STOCK)
                .where(
                    PRODUCT.in(
                        DSL.select(field(name("few", "product"), String.class)).from(name("few"))))
                .execute())
        .isEqualTo(1);
    assertThat(
            jooq.insertInto(STOCK, PRODUCT, QUANTITY)
                .select(
                    DSL.select(val("once"), val(1))
                        .whereNotExists(selectOne().from(STOCK).where(PRODUCT.eq("once"))))
                .execute())
        .isEqualTo(1);
  }

  @Test
  void jsonArraysAndUuids() throws SQLException {
    UUID id =
        jooq.insertInto(EVENT, KIND, DETAIL, TAGS)
            .values("order", JSONB.valueOf("{\"a\": [1, 2]}"), new String[] {"x", "y, z"})
            .returningResult(EVENT_ID)
            .fetchSingle()
            .value1();
    assertThat(
            jooq.update(EVENT)
                .set(
                    DETAIL,
                    field("{0} || {1}", JSONB.class, DETAIL, JSONB.valueOf("{\"b\": null}")))
                .set(TAGS, DSL.arrayAppend(TAGS, "w"))
                .where(EVENT_ID.eq(id))
                .and("detail ?? 'a'")
                .execute())
        .isEqualTo(1);
    assertThat(stored("SELECT detail::text || tags::text FROM event"))
        .isEqualTo("{\"a\": [1, 2], \"b\": null}{x,\"y, z\",w}");
  }

  @Test
  void aSequenceAndForeignKeys() throws SQLException {
    long customer =
        jooq.insertInto(CUSTOMER, EMAIL, NAME)
            .values("a", "A")
            .returningResult(ID)
            .fetchSingle()
            .value1();
    long order = jooq.nextval("orders_seq").longValue();
    jooq.transaction(
        tx -> {
          tx.dsl()
              .execute(
                  "INSERT INTO orders (id, customer_id, total) VALUES (?, ?, ?)",
                  order,
                  customer,
                  new BigDecimal("12.30"));
          tx.dsl()
              .execute(
                  "INSERT INTO order_line VALUES (?, 1, 'apple', 2), (?, 2, 'pear', 1)",
                  order,
                  order);
        });
    assertThat(
            jooq.execute(
                "UPDATE orders o SET total = total + l.n FROM (SELECT order_id, sum(quantity) n FROM order_line GROUP BY 1) l WHERE l.order_id = o.id"))
        .isEqualTo(1);
    assertThat(stored("SELECT total FROM orders")).isEqualTo("15.30");
  }
}
