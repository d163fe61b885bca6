package io.dualwrite;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a few daemon threads: those of one key one after the other, in the order in which
 * they were offered, those of different keys beside each other. A key whose task hangs holds one
 * thread and delays no other key. At most {@code room} tasks wait or run.
 */
final class KeyedExecutor implements AutoCloseable {

  /** What is run; exactly one of the two methods is called once. */
  interface Task {
    void run();

    /** The executor was closed before it came to this task. */
    void refused();
  }

  private final ThreadPoolExecutor threads;
  private final Semaphore room;
  private final Duration closeTimeout;
  private final ConcurrentHashMap<Object, Queue<Task>> waiting = new ConcurrentHashMap<>();

  KeyedExecutor(String name, int threadCount, int room, Duration closeTimeout) {
    this.room = new Semaphore(room);
    this.closeTimeout = closeTimeout;
    threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(room),
            new ThreadFactoryBuilder().setNameFormat(name + "-%d").setDaemon(true).build());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Has the task run after those of its key offered before; false if there is no room or the
   * executor is closed.
   */
  boolean offer(Object key, Task task) {
    if (threads.isShutdown() || !room.tryAcquire()) {
      return false;
    }
    Queue<Task> first = new ArrayDeque<>(2);
    Queue<Task> queue =
        waiting.compute(
            key,
            (k, present) -> {
              Queue<Task> tasks = present == null ? first : present;
              tasks.add(task);
              return tasks;
            });
    if (queue == first) {
      try {
        threads.execute(new Lane(key));
      } catch (RejectedExecutionException closed) {
        refuse(key);
      }
    }
    return true;
  }

  /**
   * Lets what was offered run for at most the close time-out, then interrupts what runs and refuses
   * the rest.
   */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    try {
      threads.awaitTermination(closeTimeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    threads.shutdownNow().forEach(lane -> refuse(((Lane) lane).key));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Task next(Object key) {
    Task[] next = new Task[1];
    waiting.compute(
        key,
        (k, tasks) -> {
          if (tasks == null || tasks.isEmpty()) {
            return null;
          }
          next[0] = tasks.remove();
          return tasks;
        });
    return next[0];
  }

  private void refuse(Object key) {
    for (Task task = next(key); task != null; task = next(key)) {
      room.release();
      task.refused();
    }
  }

  private final class Lane implements Runnable {
    final Object key;

    Lane(Object key) {
      this.key = key;
    }

    @Override
    public void run() {
      for (Task task = next(key); task != null; task = next(key)) {
        try {
          task.run();
        } finally {
          room.release();
        }
      }
    }
  }
}
