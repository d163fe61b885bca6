package io.dualwrite.jdbc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** However a connection is asked for, it is adapted. */
@NullUnmarked // reflection
class ForwardingDataSourceTest {
  private final List<String> seen = new ArrayList<>();
  private final Connection raw = stub(Connection.class);
  private final Connection adapted = stub(Connection.class);

  private <T> T stub(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.getName().equals("equals") ? proxy == arguments[0] : 1;
              }
              seen.add(method.getName());
              return switch (method.getName()) {
                case "getConnection", "build" -> raw;
                case "createConnectionBuilder" -> stub(ConnectionBuilder.class);
                case "getLoginTimeout" -> 7;
                default -> null;
              };
            }));
  }

  private ForwardingDataSource around(DataSource dataSource) {
    return new ForwardingDataSource(dataSource) {
      @Override
      protected Connection adapted(Connection connection) throws SQLException {
        assertThat(connection).isSameAs(raw);
        return adapted;
      }
    };
  }

  @Test
  void connectionsOfEveryOriginAreAdapted() throws SQLException {
    DataSource dataSource = around(stub(DataSource.class));
    assertThat(dataSource.getConnection()).isSameAs(adapted);
    assertThat(dataSource.getConnection("user", "password")).isSameAs(adapted);
    assertThat(
            dataSource
                .createConnectionBuilder()
                .user("user")
                .password("password")
                .shardingKey(null)
                .superShardingKey(null)
                .build())
        .isSameAs(adapted);
    assertThat(seen)
        .containsExactly(
            "getConnection",
            "getConnection",
            "createConnectionBuilder",
            "user",
            "password",
            "shardingKey",
            "superShardingKey",
            "build");
  }

  @Test
  void aConnectionThatCannotBeAdaptedIsClosed() {
    DataSource dataSource =
        new ForwardingDataSource(stub(DataSource.class)) {
          @Override
          protected Connection adapted(Connection connection) throws SQLException {
            throw new SQLException("no");
          }
        };
    assertThatThrownBy(dataSource::getConnection).hasMessage("no");
    assertThat(seen).containsExactly("getConnection", "close");
  }

  @Test
  void everythingElseIsTheOthers() throws Exception {
    ForwardingDataSource dataSource = around(stub(DataSource.class));
    dataSource.getLogWriter();
    dataSource.setLogWriter(null);
    dataSource.setLoginTimeout(3);
    assertThat(dataSource.getLoginTimeout()).isEqualTo(7);
    dataSource.getParentLogger();
    dataSource.createShardingKeyBuilder();
    assertThat(seen)
        .containsExactly(
            "getLogWriter",
            "setLogWriter",
            "setLoginTimeout",
            "getLoginTimeout",
            "getParentLogger",
            "createShardingKeyBuilder");
  }

  @Test
  void whatTheOtherDoesNotOfferIsNotOffered() {
    DataSource dataSource = around(new PGSimpleDataSource());
    assertThatThrownBy(dataSource::createConnectionBuilder)
        .isInstanceOf(SQLFeatureNotSupportedException.class);
    assertThatThrownBy(dataSource::createShardingKeyBuilder)
        .isInstanceOf(SQLFeatureNotSupportedException.class);
  }
}
