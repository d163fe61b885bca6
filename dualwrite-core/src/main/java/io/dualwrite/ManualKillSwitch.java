package io.dualwrite;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A {@link KillSwitch} turned by hand, from any thread. A restart of the process releases it. */
public final class ManualKillSwitch implements KillSwitch {
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();
  private final String name;
  private volatile boolean engaged;

  ManualKillSwitch(String name) {
    this.name = name;
  }

  @Override
  public boolean engaged() {
    return engaged;
  }

  /**
   * Sends the application back to the source alone. When it returns, every monitor of this switch
   * says engaged.
   */
  public void engage() {
    turn(true);
  }

  /** Lets the configured phase hold again. */
  public void release() {
    turn(false);
  }

  void follow(Runnable follower) {
    followers.add(follower);
  }

  void unfollow(Runnable follower) {
    followers.remove(follower);
  }

  private void turn(boolean state) {
    engaged = state;
    followers.forEach(Runnable::run);
  }

  @Override
  public String toString() {
    return name;
  }
}
