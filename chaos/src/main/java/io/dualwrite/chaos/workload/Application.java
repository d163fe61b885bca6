package io.dualwrite.chaos.workload;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.chaos.history.AcknowledgementLog;
import io.dualwrite.chaos.workload.Signal.Order;
import io.dualwrite.jdbc.DualWriteDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An application: {@code Application dualwrite.yaml directory index life workers pace-millis seed}.
 * It does what the directory's file {@code signal} says, and answers on standard output {@code idle
 * N} when nothing is under way after order N. Applications with an even index take the {@code
 * DataSource}, others the driver under a pool.
 */
public final class Application {
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final Logger LOG = LoggerFactory.getLogger(Application.class);
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(8);
  private static final int POOL = 12;
  private static final int WORKERS_MOST = 16;

  private final Path directory;
  private final int index;
  private final int life;
  private volatile boolean go;
  private volatile boolean terminated;

  private Application(Path directory, int index, int life) {
    this.directory = directory;
    this.index = index;
    this.life = life;
  }

  public static void main(String[] args) throws Exception {
    Path yaml = Path.of(args[0]);
    int index = Integer.parseInt(args[2]);
    Application application = new Application(Path.of(args[1]), index, Integer.parseInt(args[3]));
    int workers = Integer.parseInt(args[4]);
    Duration pace = Duration.ofMillis(Long.parseLong(args[5]));
    Random random = new Random(Long.parseLong(args[6]));
    DataSource dataSource = opened(index % 2 == 0, yaml);
    try {
      application.run(dataSource, workers, pace, random);
    } finally {
      ((AutoCloseable) dataSource).close();
    }
    System.out.println("ended");
  }

  /** Tries again while the source cannot be reached, as whoever starts applications does. */
  private static DataSource opened(boolean direct, Path yaml) throws SQLException {
    long started = System.nanoTime();
    while (true) {
      try {
        return direct ? DualWriteDataSource.fromYaml(yaml) : driver(yaml);
      } catch (SQLException | RuntimeException e) {
        if (System.nanoTime() - started > STARTING.toNanos()) {
          throw e;
        }
        LOG.info("cannot start yet", e);
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }
  }

  private static HikariDataSource driver(Path yaml) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:dualwrite:" + yaml.toAbsolutePath());
    config.setMaximumPoolSize(POOL);
    config.setConnectionTimeout(3_000);
    return new HikariDataSource(config);
  }

  private void run(DataSource dataSource, int count, Duration pace, Random random)
      throws Exception {
    List<Worker> workers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Worker worker = worker(dataSource, i, pace, new Random(random.nextLong()));
      workers.add(worker);
      threads.add(new Thread(worker, "worker-" + i));
    }
    threads.forEach(Thread::start);
    endWithTheProcess();
    System.out.println("ready");
    obey(workers);
    workers.forEach(Worker::end);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** On SIGTERM finishes what is under way and closes in order, before the process goes. */
  private void endWithTheProcess() {
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  terminated = true;
                  try {
                    main.join(GRACE.toMillis());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "in-order"));
  }

  private Worker worker(DataSource dataSource, int i, Duration pace, Random random)
      throws Exception {
    // A thread of the next process takes over what this one's wrote.
    String writer = "a" + index + "w" + i;
    Path acknowledgements = Files.createDirectories(directory.resolve("acknowledgements"));
    AcknowledgementLog log =
        new AcknowledgementLog(acknowledgements.resolve(writer + "." + life + ".log"));
    Stamps stamps = new Stamps(Clock.systemUTC(), index * WORKERS_MOST + i);
    return new Worker(new Session(dataSource, log, writer, stamps, random), pace, () -> go);
  }

  private void obey(List<Worker> workers) {
    int answered = -1;
    while (!terminated) {
      Signal signal = Signal.read(directory.resolve("signal"));
      go = signal.order() == Order.GO;
      if (!go && answered != signal.number() && workers.stream().noneMatch(Worker::busy)) {
        answered = signal.number();
        System.out.println("idle " + answered);
        if (signal.order() == Order.QUIT) {
          return;
        }
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }
}
