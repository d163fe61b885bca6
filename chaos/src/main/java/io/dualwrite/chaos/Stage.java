package io.dualwrite.chaos;

import io.dualwrite.chaos.workload.Signal;
import io.dualwrite.chaos.workload.Signal.Order;
import io.dualwrite.chaos.workload.Table;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** Everything that takes part: servers, networks, applications, and the files between them. */
public final class Stage implements AutoCloseable {
  /** Longer than any time-out that an application's work may have to wait for. */
  private static final Duration PAUSE = Duration.ofSeconds(60);

  private final Path directory;
  private final Databases databases;
  private final List<Network> networks = new ArrayList<>();
  private final List<ApplicationProcess> applications = new ArrayList<>();
  private final MigrationConfig direct;
  private int orders;

  Stage(Path directory, ChaosOptions options, String capture) throws IOException, SQLException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("acknowledgements"));
    this.databases = new Databases(directory);
    try {
      databases.create(Table.schema());
      Databases.execute(
          databases.source(),
          "INSERT INTO account (id, balance, version, writer) SELECT n, 0, 1, 'seed' FROM generate_series(0, 20) n");
      this.direct =
          MigrationConfig.load(
              yaml(
                  "reconciler",
                  databases.source().port(),
                  databases.target().port(),
                  options,
                  capture,
                  1));
      reconciler().init();
      installTriggers();
      for (int i = 0; i < options.applications(); i++) {
        Network network = Network.to(databases);
        networks.add(network);
        // Applications that split tables differently must exclude each other all the same.
        Path yaml =
            yaml(
                "a" + i,
                network.source().port(),
                network.target().port(),
                options,
                capture,
                i == 0 ? 4 : 2);
        applications.add(new ApplicationProcess(i, directory, yaml, options));
      }
    } catch (IOException | SQLException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Where the configuration says that triggers capture. */
  private void installTriggers() {
    reconciler()
        .installTriggers()
        .filter(installed -> !installed.coverage().complete())
        .ifPresent(
            installed -> {
              throw new ChaosFailure("triggers are missing: " + installed.failures());
            });
  }

  private Path yaml(
      String name, int source, int target, ChaosOptions options, String capture, int lanes)
      throws IOException {
    boolean mixed = options.policy().equals("MIXED");
    String url = "jdbc:postgresql://127.0.0.1:%d/" + Databases.NAME + "?connectTimeout=5%s";
    String user = "username: " + Databases.ROLE + ", password: " + Databases.PASSWORD;
    String text =
        """
        migration: chaos
        source: {url: "%s", %s, pool: {connectionTimeout: 3000}}
        target: {url: "%s", %s}
        failure-policy: %s
        delivery: %s
        delivery-lanes: %d
        capture: %s
        secondary: {timeout: 1s, circuit-breaker: {sliding-window-size: 20, wait-duration-in-open-state: 1s}}
        kill-switch: {file: "%s", poll-interval: 250ms}
        """
            .formatted(
                url.formatted(source, "&socketTimeout=10"),
                user,
                url.formatted(target, ""),
                user,
                mixed ? "RECOVER" : options.policy(),
                options.delivery(),
                lanes,
                capture,
                directory.resolve(name + ".off"));
    if (mixed) {
      text +=
          "tables: {overrides: {public.place: {failure-policy: STRICT}, public.setting: {failure-policy: STRICT}}}\n";
    }
    return Files.writeString(directory.resolve(name + ".yaml"), text);
  }

  public Databases databases() {
    return databases;
  }

  public List<Network> networks() {
    return List.copyOf(networks);
  }

  public List<ApplicationProcess> applications() {
    return List.copyOf(applications);
  }

  Path acknowledgements() {
    return directory.resolve("acknowledgements");
  }

  /** While this file exists, the application's kill switch is engaged. */
  public Path killSwitch(int application) {
    return directory.resolve("a" + application + ".off");
  }

  /** A reconciler that reaches both servers past all proxies. */
  public Reconciler reconciler() {
    return new Reconciler(
        direct, single(databases.source().port()), single(databases.target().port()));
  }

  /** The configuration past all proxies. */
  public MigrationConfig direct() {
    return direct;
  }

  private static PGSimpleDataSource single(int port) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + Databases.NAME);
    dataSource.setUser(Databases.ROLE);
    dataSource.setPassword(Databases.PASSWORD);
    dataSource.setSocketTimeout(30);
    return dataSource;
  }

  /** Copies what differs, and deletes what only the target has. */
  public Repair repair() {
    return Reconciler.repair(
        direct, RepairOptions.of(CompareOptions.of(direct.reconciler())).deleteExtra(true));
  }

  /** Compares both sides with the reconciler. */
  public Comparison compare() {
    return Reconciler.compare(direct, CompareOptions.of(direct.reconciler()));
  }

  void go() {
    orders++;
    new Signal(orders, Order.GO).give(signal());
  }

  /** Lets all applications finish what they do. */
  void pause() {
    orders++;
    new Signal(orders, Order.PAUSE).give(signal());
    applications.forEach(a -> a.awaitIdle(orders, PAUSE));
  }

  /** Lets all applications end in order. */
  void quit() {
    orders++;
    new Signal(orders, Order.QUIT).give(signal());
    applications.forEach(a -> a.awaitEnd(PAUSE));
  }

  private Path signal() {
    return directory.resolve("signal");
  }

  @Override
  public void close() {
    applications.forEach(ApplicationProcess::close);
    networks.forEach(Network::close);
    databases.close();
  }
}
