package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What can be said of a URL without a database. */
class DriverUrlsTest {
  @Test
  void itAcceptsItsOwnUrls() throws Exception {
    DualWriteDriver driver = new DualWriteDriver();
    assertThat(driver.acceptsURL("jdbc:dualwrite:/etc/dualwrite.yaml")).isTrue();
    assertThat(driver.acceptsURL("jdbc:dualwrite:classpath:dualwrite.yaml")).isTrue();
    assertThat(driver.acceptsURL("jdbc:dualwrite:postgresql://a,b:5433/c")).isTrue();
    assertThat(driver.acceptsURL("jdbc:dualwrite:postgresql://a:b/c")).isFalse();
    assertThat(driver.acceptsURL("jdbc:postgresql://a/c")).isFalse();
    assertThat(driver.acceptsURL("jdbc:dualwrite:")).isFalse();
    assertThat(driver.getMajorVersion()).isEqualTo(42);
    assertThat(driver.jdbcCompliant()).isEqualTo(new org.postgresql.Driver().jdbcCompliant());
  }

  @Test
  void toolsAreToldOfItsProperties() throws Exception {
    var infos =
        new DualWriteDriver()
            .getPropertyInfo("jdbc:dualwrite:postgresql://a/b?dualwrite.delivery=SYNC", null);
    assertThat(infos)
        .anySatisfy(
            info -> {
              assertThat(info.name).isEqualTo("dualwrite.delivery");
              assertThat(info.value).isEqualTo("SYNC");
              assertThat(info.choices).containsExactly("ASYNC", "SYNC");
            })
        .anySatisfy(
            info -> {
              assertThat(info.name).isEqualTo("dualwrite.target");
              assertThat(info.required).isTrue();
            })
        .anySatisfy(info -> assertThat(info.name).isEqualTo("currentSchema"));
  }

  @Test
  void aUrlOfNullIsRefusedAsTheDriverBelowDoes() {
    assertThatThrownBy(() -> new DualWriteDriver().connect(null, new Properties()))
        .isInstanceOf(SQLException.class)
        .hasMessage("url is null");
  }
}
