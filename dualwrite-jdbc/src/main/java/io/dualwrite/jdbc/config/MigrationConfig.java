package io.dualwrite.jdbc.config;

import io.dualwrite.Delivery;
import io.dualwrite.Durations;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Phase;
import io.dualwrite.SecondarySettings;
import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.SliceFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a migration is told: the YAML file in typed form, or what a program built.
 * Immutable.
 *
 * <p>Printing it never shows a password.
 *
 * @param migration names this migration in control tables, metrics and locks
 * @param source how to reach the source; empty where the program brings its own {@code DataSource}
 * @param target how to reach the target, likewise
 * @param phase the initial phase; afterwards the control table holds it
 * @param failurePolicy what a write does when the secondary fails, unless its table says otherwise
 * @param delivery when a write returns under {@code RECOVER}
 * @param capture how writes are noticed
 * @param unmirrored what happens to a write that cannot be mirrored
 * @param tables which tables are mirrored, and how
 * @param secondary time limit and circuit breaker of the secondary
 * @param killSwitch where the kill switch is read from
 * @param shadowReads reads that are repeated on the secondary and compared
 * @param control what is done while the control table cannot be read
 * @param shutdown how an application leaves
 * @param throttle when delivery makes room for the application
 * @param deliveryLanes how many connections deliver one large table at the same time
 * @param journal the control schema
 * @param reconciler the reconciler's defaults
 * @param origin where it was read from, for messages
 */
public record MigrationConfig(
    String migration,
    Optional<EndpointConfig> source,
    Optional<EndpointConfig> target,
    Phase phase,
    FailurePolicy failurePolicy,
    Delivery delivery,
    CaptureMode capture,
    UnmirroredPolicy unmirrored,
    TablesConfig tables,
    SecondarySettings secondary,
    KillSwitchConfig killSwitch,
    ShadowReadsConfig shadowReads,
    ControlConfig control,
    ShutdownConfig shutdown,
    ThrottleConfig throttle,
    int deliveryLanes,
    JournalConfig journal,
    ReconcilerConfig reconciler,
    Origin origin) {

  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(250);
  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  public MigrationConfig {
    Check.that(
        !migration.isBlank() && migration.length() <= 100,
        "migration must be a name of 1 to 100 characters, was " + migration);
    checkSecondary(secondary);
    checkDeliveryLanes(deliveryLanes);
  }

  static void checkDeliveryLanes(int lanes) {
    Check.between("delivery-lanes", 1, SliceFunction.COUNT, lanes);
  }

  /** A connection pool takes no shorter limit, and a commit that waits for longer is none. */
  static void checkSecondary(SecondarySettings secondary) {
    Check.that(
        secondary.timeout().compareTo(SHORTEST_TIMEOUT) >= 0
            && secondary.timeout().compareTo(LONGEST_TIMEOUT) <= 0,
        "secondary.timeout must be between "
            + Durations.print(SHORTEST_TIMEOUT)
            + " and "
            + Durations.print(LONGEST_TIMEOUT)
            + ", was "
            + Durations.print(secondary.timeout()));
  }

  /** Defaults for everything but the name. */
  public static Builder builder(String migration) {
    return new Builder(migration);
  }

  /**
   * Reads a YAML file; {@code ${NAME}} in it comes from the process's environment.
   *
   * @throws ConfigurationException with every problem of the file, or because it cannot be read
   */
  public static MigrationConfig load(Path file) {
    return ConfigFiles.load(file, System::getenv, Map.of());
  }

  /**
   * Reads a file, or after {@code classpath:} a resource that the thread's class loader, else this
   * library's, finds.
   *
   * @throws ConfigurationException as {@link #load(Path)}
   */
  public static MigrationConfig load(String location) {
    return load(location, Map.of());
  }

  /**
   * The same with some settings replaced.
   *
   * @param settings by the file's dotted path, such as {@code secondary.timeout}; lists are
   *     separated by commas
   * @throws ConfigurationException as {@link #load(Path)}, also because of a setting
   */
  public static MigrationConfig load(String location, Map<String, String> settings) {
    return ConfigFiles.load(location, System::getenv, settings);
  }

  /**
   * Settings alone, by dotted path; {@code migration}, {@code source.url} and {@code target.url}
   * must be among them.
   *
   * @throws ConfigurationException with every problem of the settings
   */
  public static MigrationConfig ofSettings(Map<String, String> settings) {
    return ConfigReader.read("", "connection properties", new Variables(System::getenv), settings);
  }

  /**
   * Reads YAML text.
   *
   * @param yaml the text
   * @param name what messages call it
   * @param environment the value of a variable, null if it is not set
   * @throws ConfigurationException with every problem of the text
   */
  public static MigrationConfig parse(
      String yaml, String name, Function<String, @Nullable String> environment) {
    return ConfigReader.read(yaml, name, new Variables(environment), Map.of());
  }

  /**
   * Defaults over two URLs, for the command line: migration {@code default}, all tables.
   * Credentials are in the URLs or in {@code DUALWRITE_SOURCE_USERNAME}, {@code
   * DUALWRITE_SOURCE_PASSWORD} and likewise {@code TARGET}.
   *
   * @param environment the value of a variable, null if it is not set
   * @throws ConfigurationException if one is not a URL of PostgreSQL
   */
  public static MigrationConfig ofUrls(
      String source, String target, Function<String, @Nullable String> environment) {
    return builder("default")
        .source(EndpointConfig.ofUrl(Side.SOURCE, source, environment))
        .target(EndpointConfig.ofUrl(Side.TARGET, target, environment))
        .build();
  }

  /** {@link #ofUrls(String, String, Function)} with the process's environment. */
  public static MigrationConfig ofUrls(String source, String target) {
    return ofUrls(source, target, System::getenv);
  }

  /** How to reach {@code side}; empty where the program brings its own {@code DataSource}. */
  public Optional<EndpointConfig> endpoint(Side side) {
    return side == Side.SOURCE ? source : target;
  }

  /** The failure policy of writes to the table that the source calls {@code schema.name}. */
  public FailurePolicy failurePolicy(String table) {
    return tables.override(table).failurePolicy().orElse(failurePolicy);
  }

  /** Whether any table may be written under STRICT. */
  public boolean usesStrict() {
    return failurePolicy == FailurePolicy.STRICT
        || tables.overrides().values().stream()
            .anyMatch(o -> o.failurePolicy().filter(FailurePolicy.STRICT::equals).isPresent());
  }

  /** The same for a migration of that name. */
  public MigrationConfig named(String name) {
    return toBuilder(name).build();
  }

  /** The same, to be changed. */
  public Builder toBuilder() {
    return toBuilder(migration);
  }

  private Builder toBuilder(String name) {
    Builder builder = new Builder(name);
    builder.source = source;
    builder.target = target;
    builder.phase = phase;
    builder.failurePolicy = failurePolicy;
    builder.delivery = delivery;
    builder.capture = capture;
    builder.unmirrored = unmirrored;
    builder.tables = tables;
    builder.secondary = secondary;
    builder.killSwitch = killSwitch;
    builder.shadowReads = shadowReads;
    builder.control = control;
    builder.shutdown = shutdown;
    builder.throttle = throttle;
    builder.deliveryLanes = deliveryLanes;
    builder.journal = journal;
    builder.reconciler = reconciler;
    builder.origin = origin;
    return builder;
  }

  /** Collects settings; each has the default that the documentation names. */
  public static final class Builder {
    private final String migration;
    private Optional<EndpointConfig> source = Optional.empty();
    private Optional<EndpointConfig> target = Optional.empty();
    private Phase phase = Phase.SOURCE_PRIMARY;
    private FailurePolicy failurePolicy = FailurePolicy.RECOVER;
    private Delivery delivery = Delivery.ASYNC;
    private CaptureMode capture = CaptureMode.STATEMENT;
    private UnmirroredPolicy unmirrored = UnmirroredPolicy.WARN;
    private TablesConfig tables = TablesConfig.ALL;
    private SecondarySettings secondary = SecondarySettings.defaults();
    private KillSwitchConfig killSwitch = KillSwitchConfig.DEFAULT;
    private ShadowReadsConfig shadowReads = ShadowReadsConfig.OFF;
    private ControlConfig control = ControlConfig.DEFAULT;
    private ShutdownConfig shutdown = ShutdownConfig.DEFAULT;
    private ThrottleConfig throttle = ThrottleConfig.AUTO;
    private int deliveryLanes = 1;
    private JournalConfig journal = JournalConfig.DEFAULT;
    private ReconcilerConfig reconciler = ReconcilerConfig.DEFAULT;
    private Origin origin = Origin.PROGRAM;

    private Builder(String migration) {
      this.migration = migration;
    }

    /** How to reach the source. */
    public Builder source(EndpointConfig endpoint) {
      source = Optional.of(endpoint);
      return this;
    }

    /** How to reach the target. */
    public Builder target(EndpointConfig endpoint) {
      target = Optional.of(endpoint);
      return this;
    }

    /** The initial phase; default {@code SOURCE_PRIMARY}. */
    public Builder phase(Phase value) {
      phase = value;
      return this;
    }

    /** Default {@code RECOVER}. */
    public Builder failurePolicy(FailurePolicy value) {
      failurePolicy = value;
      return this;
    }

    /** Default {@code ASYNC}. */
    public Builder delivery(Delivery value) {
      delivery = value;
      return this;
    }

    /** Default {@code STATEMENT}. */
    public Builder capture(CaptureMode value) {
      capture = value;
      return this;
    }

    /** Default {@code WARN}. */
    public Builder unmirrored(UnmirroredPolicy value) {
      unmirrored = value;
      return this;
    }

    /** Default: all user tables. */
    public Builder tables(TablesConfig value) {
      tables = value;
      return this;
    }

    /** Time limit and circuit breaker. */
    public Builder secondary(SecondarySettings value) {
      secondary = value;
      return this;
    }

    /** Default: no file; the control table alone. */
    public Builder killSwitch(KillSwitchConfig value) {
      killSwitch = value;
      return this;
    }

    /** Default: none. */
    public Builder shadowReads(ShadowReadsConfig value) {
      shadowReads = value;
      return this;
    }

    /** Default: goes on as it is, and says so after ten seconds. */
    public Builder control(ControlConfig value) {
      control = value;
      return this;
    }

    /** Default: waits five seconds at most for what is pending. */
    public Builder shutdown(ShutdownConfig value) {
      shutdown = value;
      return this;
    }

    /** Default: by what writes take without a backlog. */
    public Builder throttle(ThrottleConfig value) {
      throttle = value;
      return this;
    }

    /** Default: 1, a table is delivered as a whole. */
    public Builder deliveryLanes(int value) {
      deliveryLanes = value;
      return this;
    }

    /** Default: schema {@code dualwrite}. */
    public Builder journal(JournalConfig value) {
      journal = value;
      return this;
    }

    /** The reconciler's defaults. */
    public Builder reconciler(ReconcilerConfig value) {
      reconciler = value;
      return this;
    }

    Builder origin(Origin value) {
      origin = value;
      return this;
    }

    /** The configuration; throws {@link ConfigurationException} on a bad value. */
    public MigrationConfig build() {
      return new MigrationConfig(
          migration,
          source,
          target,
          phase,
          failurePolicy,
          delivery,
          capture,
          unmirrored,
          tables,
          secondary,
          killSwitch,
          shadowReads,
          control,
          shutdown,
          throttle,
          deliveryLanes,
          journal,
          reconciler,
          origin);
    }
  }
}
