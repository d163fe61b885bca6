package io.dualwrite.jdbc.runtime;

import io.dualwrite.KillSwitch;
import io.dualwrite.KillSwitchMonitor;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ControlConfig;
import io.dualwrite.jdbc.config.KillSwitchConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.journal.Control;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase and kill switch as this instance obeys them: it follows the control table and the kill
 * switch's other sources, and has the {@link Mode} changed accordingly before it says so.
 */
final class EffectiveState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EffectiveState.class);

  private static final String TABLE = "control table";

  private final MigrationConfig config;
  private final ControlWatch control;
  private final Mode mode;
  private final Clock clock;
  private final Phase startedIn;
  private final ManualKillSwitch own = KillSwitch.manual("JMX");
  private final KillSwitchMonitor others;

  private Control.State followed;
  private boolean engaged;
  private @Nullable Instant unreachableSince;

  /**
   * Of an instance that started in the control table's state.
   *
   * @param more a kill switch beside those of the configuration
   */
  EffectiveState(
      MigrationConfig config, KillSwitch more, ControlWatch control, Mode mode, Clock clock) {
    this.config = config;
    this.control = control;
    this.mode = mode;
    this.clock = clock;
    this.followed = control.state();
    this.startedIn = followed.phase();
    this.others =
        KillSwitchMonitor.builder(KillSwitch.anyOf(switches(config.killSwitch(), more)))
            .interval(config.killSwitch().pollInterval())
            .assumeAtStart(false)
            .quiet()
            .start();
  }

  private List<KillSwitch> switches(KillSwitchConfig configured, KillSwitch more) {
    List<KillSwitch> switches = new ArrayList<>(List.of(own, more));
    configured.file().map(KillSwitch::file).ifPresent(switches::add);
    configured.property().map(KillSwitch::systemProperty).ifPresent(switches::add);
    configured.environmentVariable().map(KillSwitch::environmentVariable).ifPresent(switches::add);
    configured.flag().map(KillSwitch::openFeature).ifPresent(switches::add);
    return switches;
  }

  /** Obeys what is known now, and every change from now on. */
  void start() {
    others.addListener(engaged -> obey());
    obey();
    control.start(this::follow);
  }

  /** The phase that transactions begin in, the kill switch left aside. */
  synchronized Phase phase() {
    return followed.phase();
  }

  /** The control table's epoch that transactions obey. */
  synchronized long epoch() {
    return followed.epoch();
  }

  /** Whether any source has the kill switch engaged. */
  boolean killSwitch() {
    return control.state().killSwitch() || others.engaged();
  }

  /** The sources that have the kill switch engaged. */
  synchronized List<String> killSwitchBy() {
    List<String> by = new ArrayList<>(others.engagedBy());
    if (followed.killSwitch()) {
      by.add(TABLE);
    }
    return by;
  }

  /** Sources of the kill switch that cannot be read, and why. */
  Map<String, RuntimeException> unreadable() {
    return others.failures();
  }

  /** Since when the control table could not be read, where that has lasted for too long. */
  synchronized Optional<Instant> unreachableSince() {
    return Optional.ofNullable(unreachableSince);
  }

  /** Engages the kill switch of this instance alone; when it returns, transactions obey it. */
  void engage() {
    own.engage();
  }

  /** Takes that back; other sources may have it engaged still. */
  void release() {
    own.release();
  }

  private synchronized void follow(Control.State state) {
    Phase before = followed.phase();
    followed = state;
    if (state.phase() != before) {
      StateChange.PHASE_CHANGED
          .in(LOG, config.migration())
          .addKeyValue("phase", state.phase())
          .addKeyValue("epoch", state.epoch())
          .log("phase {} (epoch {}), was {}", state.phase(), state.epoch(), before);
      if (state.phase().primary() != startedIn.primary()) {
        StateChange.RESTART_NEEDED
            .in(LOG, config.migration())
            .addKeyValue("phase", state.phase())
            .log(
                "phase {} has another primary than {}, in which this instance was started: it writes to the {} alone until it is restarted",
                state.phase(),
                startedIn,
                startedIn.primary().label());
      }
    }
    obey();
  }

  /** Looks at all sources itself, so that of several turns the last one sees their last state. */
  private synchronized void obey() {
    List<String> by = killSwitchBy();
    if (startedIn.primary() == Side.SOURCE) {
      boolean mirrors = followed.phase().isDual() && followed.phase().primary() == Side.SOURCE;
      if (!by.isEmpty()) {
        mode.stop(Mode.Reason.KILL_SWITCH, String.join(", ", by));
      }
      if (!mirrors) {
        mode.stop(Mode.Reason.PHASE, followed.phase().name());
      }
      if (by.isEmpty()) {
        mode.go(Mode.Reason.KILL_SWITCH);
      }
      if (mirrors) {
        mode.go(Mode.Reason.PHASE);
      }
    }
    if (engaged == by.isEmpty()) {
      engaged = !engaged;
      StateChange change =
          engaged ? StateChange.KILL_SWITCH_ENGAGED : StateChange.KILL_SWITCH_RELEASED;
      change
          .in(LOG, config.migration())
          .addKeyValue("sources", by)
          .log(
              engaged ? "kill switch engaged by {}" : "kill switch released{}",
              String.join(", ", by));
    }
  }

  /** Looks whether the control table was read lately; to be called now and then. */
  synchronized void check() {
    Duration silence = control.silence();
    boolean away = silence.compareTo(config.control().unreachableAfter()) > 0;
    if (away && unreachableSince == null) {
      unreachableSince = clock.instant().minus(silence);
      boolean passThrough =
          config.control().whenUnreachable() == ControlConfig.WhenUnreachable.PASS_THROUGH;
      StateChange.CONTROL_UNREACHABLE
          .in(LOG, config.migration())
          .addKeyValue("behaviour", config.control().whenUnreachable())
          .log(
              "the control table has not been read for {} s: {}. {}",
              silence.toSeconds(),
              control.failure(),
              passThrough
                  ? "Writes go to the primary alone until it can be read (control.when-unreachable: PASS_THROUGH)"
                  : "Phase and kill switch stay as they were last read (control.when-unreachable: KEEP_GOING)");
      if (passThrough && startedIn.primary() == Side.SOURCE) {
        mode.stop(Mode.Reason.CONTROL, control.failure());
      }
    } else if (!away && unreachableSince != null) {
      StateChange.CONTROL_REACHABLE
          .in(LOG, config.migration())
          .log("the control table can be read again; it could not since {}", unreachableSince);
      unreachableSince = null;
      mode.go(Mode.Reason.CONTROL);
    }
  }

  @Override
  public void close() {
    control.close();
    others.close();
  }
}
