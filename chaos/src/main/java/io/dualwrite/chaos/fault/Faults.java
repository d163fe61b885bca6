package io.dualwrite.chaos.fault;

import io.dualwrite.chaos.ApplicationProcess;
import io.dualwrite.chaos.Databases;
import io.dualwrite.chaos.Network;
import io.dualwrite.chaos.Patience;
import io.dualwrite.chaos.Stage;
import io.dualwrite.testing.EmbeddedPostgresServer;
import io.dualwrite.testing.TcpProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes the faults of a stage. */
public final class Faults {
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final String SESSIONS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND random() < 0.5";

  private final Stage stage;
  private final Reconciliation reconciliation;
  private final Administration administration;

  public Faults(Stage stage) {
    this.stage = stage;
    this.reconciliation = new Reconciliation(stage);
    this.administration = new Administration(stage.databases());
  }

  /** What the comparisons and repairs under traffic found that they should not have. */
  public Reconciliation reconciliation() {
    return reconciliation;
  }

  /** The fault that is planned. */
  public Fault of(Plan plan) {
    FaultKind kind = plan.kind();
    int choice = plan.choice();
    ApplicationProcess application = one(stage.applications(), choice);
    EmbeddedPostgresServer source = stage.databases().source();
    EmbeddedPostgresServer target = stage.databases().target();
    return switch (kind) {
      case KILL_APPLICATION -> killApplication(choice);
      case STOP_APPLICATION -> Fault.of(kind, application::stop, application::start);
      case FREEZE_APPLICATION -> Fault.of(kind, application::freeze, application::thaw);
      case KILL_TARGET -> Fault.of(kind, target::kill, () -> restart(target));
      case KILL_SOURCE -> Fault.of(kind, source::kill, () -> restart(source));
      case FREEZE_TARGET -> Fault.of(kind, () -> freeze(target), target::thaw);
      case FREEZE_SOURCE -> Fault.of(kind, () -> freeze(source), source::thaw);
      case CUT_TARGET -> network(plan, Network::target, cut(choice));
      case CUT_SOURCE -> network(plan, Network::source, cut(choice));
      case DELAY_TARGET -> network(plan, Network::target, delay(choice));
      case DELAY_SOURCE -> network(plan, Network::source, delay(choice));
      case BLACK_HOLE_TARGET -> network(plan, Network::target, TcpProxy::blackHole);
      case BLACK_HOLE_SOURCE -> network(plan, Network::source, TcpProxy::blackHole);
      case FORGET_TARGET -> forget(plan, Network::target);
      case FORGET_SOURCE -> forget(plan, Network::source);
      case HOLD_ANSWERS_TARGET -> network(plan, Network::target, TcpProxy::holdAnswers);
      case HOLD_ANSWERS_SOURCE -> network(plan, Network::source, TcpProxy::holdAnswers);
      case END_SESSIONS ->
          Fault.of(kind, () -> endSessions(choice % 2 == 0 ? source : target), () -> {});
      case KILL_SWITCH_FILE -> killSwitch(stage.killSwitch(choice % stage.applications().size()));
      case KILL_SWITCH_TABLE -> Fault.of(kind, () -> killSwitch(true), () -> killSwitch(false));
      case REVOKE_JOURNAL ->
          Fault.of(
              kind,
              () -> administer("REVOKE INSERT ON dualwrite.journal FROM PUBLIC, app"),
              () -> administer("GRANT INSERT ON dualwrite.journal TO PUBLIC, app"));
      case REFUSE_ROWS, LOCK_TARGET, REWRITE_JOURNAL, CHANGE_SCHEMA -> administration.of(plan);
      case COMPARE -> Fault.of(kind, reconciliation::compare, () -> {});
      case REPAIR -> Fault.of(kind, reconciliation::repair, () -> {});
    };
  }

  /** One, or now and then all at once, so that nobody is there to deliver. */
  private Fault killApplication(int choice) {
    List<ApplicationProcess> killed =
        (choice >> 8) % 4 == 0 ? stage.applications() : List.of(one(stage.applications(), choice));
    return Fault.of(
        FaultKind.KILL_APPLICATION,
        () -> killed.forEach(ApplicationProcess::kill),
        () -> killed.forEach(ApplicationProcess::start));
  }

  private static <T> T one(List<T> things, int choice) {
    return things.get(choice % things.size());
  }

  private static void freeze(EmbeddedPostgresServer server) {
    if (server.isRunning()) {
      server.freeze();
    }
  }

  private static void restart(EmbeddedPostgresServer server) {
    if (!server.isRunning()) {
      server.restart();
    }
  }

  private static Consumer<TcpProxy> cut(int choice) {
    return choice % 2 == 0 ? TcpProxy::cut : TcpProxy::refuse;
  }

  private static Consumer<TcpProxy> delay(int choice) {
    return proxy -> proxy.delay(Duration.ofMillis(5 + choice % 200));
  }

  /** Of one application or of all; at the end what was held back arrives, or is lost. */
  private Fault network(Plan plan, Function<Network, TcpProxy> side, Consumer<TcpProxy> begin) {
    int choice = plan.choice() >> 8;
    List<TcpProxy> proxies =
        (choice % 3 == 0 ? stage.networks() : List.of(one(stage.networks(), choice)))
            .stream().map(side).toList();
    boolean arrives = (choice >> 4) % 2 == 0;
    return Fault.of(
        plan.kind(),
        () -> proxies.forEach(begin),
        () ->
            proxies.forEach(
                proxy -> {
                  if (!arrives) {
                    proxy.cut();
                  }
                  proxy.forward();
                }));
  }

  /** Nothing brings such connections back; new ones work at once. */
  private Fault forget(Plan plan, Function<Network, TcpProxy> side) {
    TcpProxy proxy = side.apply(one(stage.networks(), plan.choice()));
    return Fault.of(plan.kind(), proxy::abandon, () -> {});
  }

  private static void endSessions(EmbeddedPostgresServer server) {
    administer(server, SESSIONS);
  }

  private static Fault killSwitch(Path file) {
    return Fault.of(
        FaultKind.KILL_SWITCH_FILE,
        () -> Files.writeString(file, ""),
        () -> Files.deleteIfExists(file));
  }

  /** As an operator does: again, until the source has taken it. */
  private void killSwitch(boolean engaged) {
    Patience.insist(
        (engaged ? "engage" : "release") + " the kill switch",
        RECOVERY,
        () -> stage.reconciler().setKillSwitch(engaged));
  }

  private void administer(String sql) {
    administer(stage.databases().source(), sql);
  }

  private static void administer(EmbeddedPostgresServer server, String sql) {
    Patience.insist(sql, RECOVERY, () -> Databases.execute(server, sql));
  }
}
