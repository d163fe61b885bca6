package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class ManagementBeanTest {
  private final TestDatabases dbs;
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  ManagementBeanTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  private DualWriteDataSource open(String migration) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder(migration).build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  private static ObjectName name(String migration) throws Exception {
    return new ObjectName("io.dualwrite:type=Migration,name=" + ObjectName.quote(migration));
  }

  private Set<ObjectName> all() throws Exception {
    return server.queryNames(new ObjectName(name("beans") + ",*"), null);
  }

  private Object read(ObjectName bean, String attribute) throws Exception {
    return server.getAttribute(bean, attribute);
  }

  @Test
  @Guarantee("G9")
  void itShowsAndSetsTheKillSwitch() throws Exception {
    ObjectName bean = name("a,b=\"c\"*?\n");
    try (DualWriteDataSource ds = open("a,b=\"c\"*?\n")) {
      assertThat(read(bean, "Phase")).isEqualTo("SOURCE_PRIMARY");
      assertThat(read(bean, "Epoch")).isEqualTo(1L);
      assertThat(read(bean, "KillSwitchEngaged")).isEqualTo(false);
      assertThat(read(bean, "JournalPending")).isEqualTo(0L);
      assertThat(read(bean, "Healthy")).isEqualTo(true);
      assertThat((String) read(bean, "Health")).contains("mirroring", "healthy");
      assertThat(read(bean, "Migration")).isEqualTo("a,b=\"c\"*?\n");

      server.invoke(bean, "engageKillSwitch", null, null);

      assertThat(ds.migration().active()).as("when it returns").isFalse();
      assertThat(read(bean, "KillSwitchSources")).isEqualTo(new String[] {"JMX"});
      server.invoke(bean, "releaseKillSwitch", null, null);
      assertThat(ds.migration().active()).isTrue();

      server.invoke(bean, "engageKillSwitchEverywhere", null, null);
      Awaitility.await()
          .until(
              () ->
                  Arrays.equals(
                      (String[]) read(bean, "KillSwitchSources"), new String[] {"control table"}));
      server.invoke(bean, "releaseKillSwitchEverywhere", null, null);
      Awaitility.await().until(() -> ds.migration().active());
    }
    assertThat(server.isRegistered(bean)).isFalse();
  }

  @Test
  void aSecondOneOfTheNameHasItsInstanceBehindIt() throws Exception {
    DualWriteDataSource one = open("beans");
    try (DualWriteDataSource two = open("beans")) {
      assertThat(all()).hasSize(2);
      ObjectName second =
          new ObjectName(name("beans") + ",instance=" + ObjectName.quote(two.health().instance()));
      one.close();
      assertThat(all()).containsExactly(second);
      assertThat(read(second, "Instance")).isEqualTo(two.health().instance());
    } finally {
      one.close();
    }
    assertThat(all()).isEmpty();
  }

  /** As in an application server: two deployments with a copy of the library each. */
  @Test
  void anotherClassLoadersIsShownBesideIt() throws Exception {
    try (DualWriteDataSource own = open("beans");
        URLClassLoader loader = isolated();
        AutoCloseable other = openIn(loader)) {
      assertThat(other.getClass()).isNotEqualTo(DualWriteDataSource.class);
      assertThat(all()).hasSize(2);
      for (ObjectName bean : all()) {
        assertThat(read(bean, "Phase")).isEqualTo("SOURCE_PRIMARY");
      }
    }
    assertThat(all()).isEmpty();
  }

  private static URLClassLoader isolated() throws Exception {
    String own = System.getProperty("java.class.path", "");
    String path = System.getProperty("surefire.test.class.path", own);
    URL[] urls =
        Arrays.stream(path.split(java.io.File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> Path.of(entry).toUri())
            .map(ManagementBeanTest::url)
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  private static URL url(URI uri) {
    try {
      return uri.toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private AutoCloseable openIn(ClassLoader loader) throws Exception {
    Class<?> config = loader.loadClass(MigrationConfig.class.getName());
    Method parse =
        config.getMethod("parse", String.class, String.class, java.util.function.Function.class);
    Object parsed =
        parse.invoke(
            null,
            """
            migration: beans
            source: {url: "%s", username: "%s", password: "%s"}
            target: {url: "%s", username: "%s", password: "%s"}
            """
                .formatted(
                    dbs.sourceServer().jdbcUrl(dbs.database()),
                    dbs.username(),
                    dbs.password(),
                    dbs.targetServer().jdbcUrl(dbs.database()),
                    dbs.username(),
                    dbs.password()),
            "test",
            (java.util.function.Function<String, String>) n -> null);
    return (AutoCloseable)
        loader
            .loadClass(DualWriteDataSource.class.getName())
            .getMethod("of", config)
            .invoke(null, parsed);
  }
}
