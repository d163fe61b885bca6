package io.dualwrite.reconciler.cli;

import io.dualwrite.Durations;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.report.WatchLine;
import io.dualwrite.reconciler.report.page.WatchPage;
import io.dualwrite.reconciler.watch.DriftCommand;
import io.dualwrite.reconciler.watch.Looks;
import io.dualwrite.reconciler.watch.Watch;
import io.dualwrite.reconciler.watch.WatchMetrics;
import io.dualwrite.reconciler.watch.WatchOptions;
import io.dualwrite.reconciler.watch.WatchServer;
import io.dualwrite.reconciler.watch.WatchServer.Answer;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import io.dualwrite.reconciler.window.WindowSize;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "watch",
    customSynopsis = {
      "reconciler watch -c FILE [options]",
      "       reconciler watch --source URL --target URL [options]%n"
    },
    description = {
      "Compares continuously what has become comparable, looks at a share of the old again, and serves a live page and /metrics.",
      "Rows are compared once they are older than reconciler.lateness. What differs is looked at again in every round until it is equal. A database that is away does not end it, and is shown."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class WatchCommand implements Callable<Integer>, Connected {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);
  private static final int LISTED = 20;

  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "How long to rest between two rounds. Default: ${DEFAULT-VALUE}.",
      order = 4)
  private String every = "30s";

  @Option(
      names = "--reverify",
      paramLabel = "TIME",
      defaultValue = "1d",
      description =
          "Within which time all that is old is looked at again, piece by piece. Default: ${DEFAULT-VALUE}.",
      order = 5)
  private String reverify = "1d";

  @Option(
      names = "--listen",
      paramLabel = "[HOST:]PORT",
      defaultValue = "127.0.0.1:9464",
      description =
          "Where the page and /metrics are served, or none. There is no login: whoever reaches it reads table names and keys. Default: ${DEFAULT-VALUE}.",
      order = 6)
  private String listen = "127.0.0.1:9464";

  @Option(
      names = "--on-drift",
      paramLabel = "CMD",
      description =
          "Run this by sh when rows are found to differ, and when that is over. It is told by DUALWRITE_VERDICT (drift, in-sync), DUALWRITE_TABLES and DUALWRITE_DIFFERING_ROWS.",
      order = 7)
  private @Nullable String onDrift;

  @Option(
      names = "--until-drift",
      description = "End with exit code 1 as soon as rows are found to differ.",
      order = 8)
  private boolean untilDrift;

  @Option(
      names = "--once",
      description = "End after one round over everything: exit code 0 in sync, 1 not, 3 not known.",
      order = 9)
  private boolean once;

  @Mixin private final TablesOption tables = new TablesOption();

  @Option(
      names = "--window",
      paramLabel = "LENGTH",
      description =
          "How long a time window is: 10m, 1h. Default: reconciler.window of the configuration, 1h.",
      order = 13)
  private @Nullable String window;

  @Mixin private final ParallelismOption parallelism = new ParallelismOption();

  @Mixin private final LoadOptions load = new LoadOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  WatchCommand(Terminal terminal) {
    this.terminal = terminal;
    this.connection = new ConnectionOptions(terminal.environment());
  }

  @Override
  public ConnectionOptions connection() {
    return connection;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    output.apply();
    MigrationConfig config = connection.config();
    Duration length = window == null ? config.reconciler().window() : duration("--window", window);
    WatchOptions options =
        new WatchOptions(
            duration("--every", every),
            duration("--reverify", reverify),
            config.reconciler().lateness(),
            length);
    CompareOptions comparing = comparing(config, length);
    Optional<ListenAddress> address = ListenAddress.parse(listen);
    // A first look at both sides: a wrong password is told now, not on a page.
    Databases.open(config, 1).close();

    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    List<Consumer<WatchState>> listeners = new ArrayList<>();
    listeners.add(new WatchMetrics(registry));
    listeners.add(new Changes(terminal.out())::accept);
    if (onDrift != null) {
      listeners.add(new DriftCommand(onDrift, COMMAND_LIMIT, terminal.err()::println));
    }
    Watch watch =
        new Watch(
            config.migration(),
            options,
            opening(config, comparing),
            Clock.systemUTC(),
            state -> listeners.forEach(l -> l.accept(state)));
    try (watch;
        AutoCloseable server = serve(address, watch, registry)) {
      return run(watch, options.every());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw e;
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the server could not be closed", e);
    }
  }

  private int run(Watch watch, Duration rest) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      WatchState state = watch.round();
      if (untilDrift && state.verdict() == Verdict.DRIFT) {
        return ExitCodes.DIFFERENCES;
      }
      if (once) {
        return switch (state.verdict()) {
          case IN_SYNC -> ExitCodes.OK;
          case DRIFT, NOT_YET -> ExitCodes.DIFFERENCES;
          case UNKNOWN -> ExitCodes.DATABASE;
        };
      }
      if (never.await(rest.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts this down");
      }
    }
  }

  private CompareOptions comparing(MigrationConfig config, Duration length) {
    CompareOptions options =
        CompareOptions.of(config.reconciler())
            .tables(tables.names())
            .window(WindowSize.of(length))
            .maxDifferences(LISTED)
            .patience(Duration.ZERO)
            .kept(new KeptUse(false, true))
            .load(load.limits(config));
    return parallelism.in(options);
  }

  /** Databases that Ctrl-C cancels as long as they are open. */
  private Supplier<Looks> opening(MigrationConfig config, CompareOptions options) {
    Set<String> said = new HashSet<>();
    Consumer<String> notes =
        note -> {
          if (said.add(note)) {
            terminal.err().println(connection.next().complete(note));
          }
        };
    return () -> {
      AtomicReference<@Nullable Databases> opened = new AtomicReference<>();
      Looks looks =
          Reconciler.looks(
              () -> {
                Databases databases =
                    terminal.cancelling(Databases.open(config, options.parallelism()));
                opened.set(databases);
                return databases;
              },
              databases -> connection.reconciler(config, databases),
              options);
      return new Forgetting(looks, opened, terminal.interruption(), notes);
    };
  }

  private AutoCloseable serve(
      Optional<ListenAddress> address, Watch watch, PrometheusMeterRegistry registry)
      throws IOException {
    if (address.isEmpty()) {
      return () -> {};
    }
    String version = new Version().getVersion()[0];
    WatchServer server =
        server(
            address.get(),
            () -> new Answer(200, "text/html", WatchPage.of(watch.state(), version)),
            () -> new Answer(200, "text/plain; version=0.0.4; charset=utf-8", registry.scrape()),
            () ->
                new Answer(
                    watch.state().verdict() == Verdict.IN_SYNC ? 200 : 503,
                    "text/plain",
                    WatchLine.of(watch.state()) + "\n"));
    terminal
        .out()
        .println(
            "Watching "
                + watch.state().migration()
                + ". Live page: http://"
                + address.get().shown(server.address().getPort())
                + "/");
    terminal.out().flush();
    return server;
  }

  private static WatchServer server(
      ListenAddress address,
      Supplier<Answer> page,
      Supplier<Answer> metrics,
      Supplier<Answer> health)
      throws IOException {
    try {
      return new WatchServer(address.socket(), page, metrics, health);
    } catch (BindException e) {
      throw new IllegalArgumentException(
          "--listen "
              + address.shown(address.port())
              + ": "
              + e.getMessage()
              + ". Name another address, or none",
          e);
    }
  }

  private static Duration duration(String option, String text) {
    return Durations.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    option + " must be " + Durations.ALLOWED + ", was " + text));
  }
}
