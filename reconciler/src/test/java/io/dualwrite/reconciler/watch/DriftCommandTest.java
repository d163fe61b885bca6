package io.dualwrite.reconciler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.WatchState.Part;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a user's command is told of drift. */
class DriftCommandTest {
  @TempDir private Path directory;

  private static WatchState drifting(String... tables) {
    List<TableDrift> all = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      boolean drifts = Arrays.asList(tables).contains(name);
      all.add(
          new TableDrift(
              name,
              false,
              Optional.empty(),
              Optional.empty(),
              true,
              List.of(),
              Optional.of(Instant.EPOCH),
              Duration.ZERO,
              1,
              drifts
                  ? List.of(
                      new Part(
                          Optional.empty(),
                          Optional.empty(),
                          false,
                          Status.DIFFERS,
                          1,
                          0,
                          0,
                          Optional.empty(),
                          Instant.EPOCH))
                  : List.of(),
              Optional.empty()));
    }
    return new WatchState(
        "m",
        Instant.EPOCH,
        Instant.EPOCH,
        1,
        Optional.of(Instant.EPOCH),
        Optional.empty(),
        Optional.empty(),
        all,
        List.of());
  }

  @Test
  void driftThatComesBackWhileAnotherLastsIsToldAgain() throws Exception {
    Path log = directory.resolve("log");
    List<String> problems = new ArrayList<>();
    DriftCommand command =
        new DriftCommand(
            "echo \"$DUALWRITE_TABLES\" >> '" + log + "'", Duration.ofSeconds(20), problems::add);

    command.accept(drifting("a"));
    command.accept(drifting("a", "b"));
    command.accept(drifting("b"));
    command.accept(drifting("b"));
    command.accept(drifting("a", "b"));
    command.accept(drifting());
    command.accept(drifting());

    assertThat(problems).isEmpty();
    assertThat(Files.readAllLines(log)).containsExactly("a", "a,b", "a,b", "");
  }

  @Test
  void whatTakesTooLongIsEndedWithAllThatItHasBegun() throws Exception {
    Path log = directory.resolve("pid");
    List<String> problems = new ArrayList<>();

    new DriftCommand(
            "sleep 100 & echo $! > '" + log + "'; wait", Duration.ofSeconds(2), problems::add)
        .accept(drifting("a"));

    assertThat(problems).containsExactly("--on-drift took longer than 2 s and was ended");
    long child = Long.parseLong(Files.readString(log).strip());
    Awaitility.await()
        .until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }
}
