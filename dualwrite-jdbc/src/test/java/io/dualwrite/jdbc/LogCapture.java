package io.dualwrite.jdbc;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** What dualwrite logs while this is open. */
final class LogCapture implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.dualwrite");
  private final Level before = logger.getLevel();
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  LogCapture() {
    appender.list = java.util.Collections.synchronizedList(appender.list);
    appender.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
  }

  List<ILoggingEvent> events() {
    synchronized (appender.list) {
      return List.copyOf(appender.list);
    }
  }

  /** The names of the changes of state, in order. */
  List<String> changes() {
    return events().stream().flatMap(e -> value(e, "event").stream()).toList();
  }

  /** The events of that name. */
  List<ILoggingEvent> of(String name) {
    return events().stream().filter(e -> value(e, "event").equals(Optional.of(name))).toList();
  }

  static Optional<String> value(ILoggingEvent event, String key) {
    return event.getKeyValuePairs() == null
        ? Optional.empty()
        : event.getKeyValuePairs().stream()
            .filter(pair -> pair.key.equals(key))
            .map(pair -> Objects.toString(pair.value))
            .findFirst();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(before);
  }
}
