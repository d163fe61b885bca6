package io.dualwrite.reconciler.cli;

import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A command that goes on in a thread of its own. */
final class Running {
  private static final Pattern PAGE = Pattern.compile("Live page: http://127\\.0\\.0\\.1:(\\d+)/");

  private final StringWriter out = new StringWriter();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();
  private final Thread thread;

  private Running(Map<String, String> environment, String... args) {
    Terminal terminal =
        new Terminal(
            environment,
            new PrintWriter(out),
            new PrintWriter(new StringWriter()),
            new Interruption());
    this.thread =
        new Thread(
            () -> {
              try {
                code.complete(Main.run(terminal, args));
              } catch (RuntimeException | Error e) {
                code.completeExceptionally(e);
              }
            },
            "command");
    thread.setDaemon(true);
  }

  static Running begin(Map<String, String> environment, String... args) {
    Running running = new Running(environment, args);
    running.thread.start();
    return running;
  }

  /** Over a test's databases. */
  static Running begin(ByUrls commands, String... args) {
    return begin(commands.credentials(), commands.over(args));
  }

  String out() {
    return out.toString();
  }

  /** Where its page is. */
  int port() {
    await().until(() -> PAGE.matcher(out()).find());
    Matcher page = PAGE.matcher(out());
    page.find();
    return Integer.parseInt(page.group(1));
  }

  void interrupt() {
    thread.interrupt();
  }

  /** The exit code, when it has ended. */
  int code() throws Exception {
    return code.get(2, TimeUnit.MINUTES);
  }
}
