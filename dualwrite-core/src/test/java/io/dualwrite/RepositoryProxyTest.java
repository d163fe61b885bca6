package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RepositoryProxyTest extends WriterFixture {

  record Customer(long id) {}

  record Order(long id, Customer customer, String text) {}

  interface Repository<T> {
    @Write
    T save(@Key("id") T entity) throws IOException;
  }

  interface Orders extends Repository<Order> {
    @Override
    @Write
    Order save(@Key("id") Order order) throws IOException;

    @Write("remove")
    void delete(@Key long id);

    @Write
    void assign(@Key("customer.id") Order order, String to);

    @Write
    void move(@Key long from, @Key long to);

    @Read
    Optional<Order> find(@Key long id);

    default Order rename(long id, String text) throws IOException {
      Order old = find(id).orElseThrow();
      return save(new Order(id, old.customer(), text));
    }
  }

  static class MapOrders implements Orders {
    final Map<Long, Order> rows = new ConcurrentHashMap<>();
    final List<String> calls = new CopyOnWriteArrayList<>();

    @Override
    public Order save(Order order) throws IOException {
      calls.add("save");
      if (order.text().equals("bad")) {
        throw new IOException("bad text");
      }
      if (order.text().equals("error")) {
        throw new StackOverflowError("deep");
      }
      rows.put(order.id(), order);
      return order;
    }

    @Override
    public void delete(long id) {
      rows.remove(id);
    }

    @Override
    public void assign(Order order, String to) {
      calls.add("assign " + to);
    }

    @Override
    public void move(long from, long to) {
      calls.add("move");
    }

    @Override
    public Optional<Order> find(long id) {
      return Optional.ofNullable(rows.get(id));
    }
  }

  private final MapOrders old = new MapOrders();
  private final MapOrders fresh = new MapOrders();
  private final Order order = new Order(7, new Customer(3), "tea");

  @Test
  void writesGoToBothAndReadsToThePrimary() throws Exception {
    Orders orders = proxy();
    assertThat(orders.save(order)).isSameAs(order);
    assertThat(fresh.rows).isEqualTo(old.rows).containsKey(7L);
    fresh.rows.put(8L, order);
    assertThat(orders.find(8)).isEmpty();
    orders.delete(7);
    assertThat(old.rows).isEmpty();
    assertThat(fresh.rows).doesNotContainKey(7L);
    assertThat(registry.get("dualwrite.writes").tag("operation", "remove").timers()).isNotEmpty();
  }

  @Test
  void defaultMethodsRunOnTheProxy() throws Exception {
    Orders orders = proxy();
    orders.save(order);
    orders.rename(7, "coffee");
    assertThat(old.rows.get(7L).text()).isEqualTo("coffee");
    assertThat(fresh.rows.get(7L).text()).isEqualTo("coffee");
  }

  @Test
  void methodOfASuperInterfaceIsRouted() throws Exception {
    Repository<Order> orders = proxy();
    orders.save(order);
    assertThat(fresh.rows).containsKey(7L);
  }

  @Test
  void exceptionsPassUnchanged() {
    Orders orders = proxy();
    assertThatThrownBy(() -> orders.save(new Order(1, new Customer(1), "bad")))
        .isInstanceOf(IOException.class)
        .hasMessage("bad text");
    assertThatThrownBy(() -> orders.save(new Order(1, new Customer(1), "error")))
        .isInstanceOf(StackOverflowError.class)
        .hasMessage("deep");
    assertThat(fresh.calls).as("the secondary was not called").isEmpty();
  }

  @Test
  void keysAreFoundByParameterPathOrSeveral() {
    MapOrders failing =
        new MapOrders() {
          @Override
          public Order save(Order order) {
            throw new IllegalStateException("down");
          }

          @Override
          public void assign(Order order, String to) {
            throw new IllegalStateException("down");
          }

          @Override
          public void move(long from, long to) {
            throw new IllegalStateException("down");
          }
        };
    DualWriter writer = open(plain(FailurePolicy.STRICT));
    Orders orders = writer.proxy(Orders.class, old, failing);
    assertThat(keyOf(() -> orders.save(order))).isEqualTo(7L);
    assertThat(keyOf(() -> orders.assign(order, "x"))).isEqualTo(3L);
    assertThat(keyOf(() -> orders.move(1, 2))).isEqualTo(List.of(1L, 2L));
  }

  @Test
  void nullKeyIsRefusedBeforeAnythingIsWritten() {
    Orders orders = proxy();
    assertThatThrownBy(() -> orders.assign(new Order(1, null, "x"), "y"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("orders: the key of \"assign\" is null");
    assertThat(old.calls).isEmpty();
  }

  @Test
  void mismatchNamesTheKey() {
    List<ShadowMismatch> mismatches = new CopyOnWriteArrayList<>();
    DualWriter writer =
        open(plain(FailurePolicy.BEST_EFFORT).shadowReads(1).onMismatch(mismatches::add));
    old.rows.put(7L, order);
    writer.proxy(Orders.class, old, fresh).find(7);
    await().until(() -> !mismatches.isEmpty());
    assertThat(mismatches.get(0))
        .hasToString("find of key 7: the target answers otherwise than the source");
  }

  @Test
  void objectMethodsAreTheProxysOwn() {
    Orders orders = proxy();
    assertThat(orders.equals(orders)).isTrue();
    assertThat(orders).isNotEqualTo(proxy()).isNotEqualTo(old);
    assertThat(orders.hashCode()).isEqualTo(System.identityHashCode(orders));
    assertThat(orders.toString()).isEqualTo("DualWriter[orders] of " + old + " and " + fresh);
  }

  interface Unmarked {
    void save(long id);
  }

  interface Keyless {
    @Write
    void save(long id);
  }

  interface Both {
    @Write
    @Read
    void save(@Key long id);
  }

  interface Later {
    @Write
    CompletableFuture<Void> save(@Key long id);
  }

  interface NoSuchPath {
    @Write
    void save(@Key("customer.name") Order order);
  }

  @Test
  void whatCannotBeRoutedIsRefusedWhenTheProxyIsMade() {
    refused(Unmarked.class, "Unmarked.save has neither @Write nor @Read");
    refused(Keyless.class, "Keyless.save writes, but none of its parameters is the @Key");
    refused(Both.class, "Both.save has both @Write and @Read");
    refused(
        Later.class,
        "Later.save answers with a CompletableFuture, so its end cannot be seen; wrap the call that"
            + " waits for it");
    refused(
        NoSuchPath.class,
        "NoSuchPath.save: @Key(\"customer.name\"): "
            + Customer.class.getName()
            + " has no public method name() or getName()");
    DualWriter writer = open(plain(FailurePolicy.BEST_EFFORT));
    assertThatThrownBy(() -> writer.proxy(MapOrders.class, old, fresh))
        .hasMessage(MapOrders.class.getName() + " is not an interface");
  }

  private <R> void refused(Class<R> type, String message) {
    DualWriter writer = open(plain(FailurePolicy.BEST_EFFORT));
    R nobody =
        type.cast(
            java.lang.reflect.Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null));
    assertThatThrownBy(() -> writer.proxy(type, nobody, nobody))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static Object keyOf(ThrowingCallable call) {
    return catchThrowableOfType(SecondaryWriteException.class, call).key();
  }

  private Orders proxy() {
    return open(plain(FailurePolicy.BEST_EFFORT).delivery(Delivery.SYNC))
        .proxy(Orders.class, old, fresh);
  }
}
