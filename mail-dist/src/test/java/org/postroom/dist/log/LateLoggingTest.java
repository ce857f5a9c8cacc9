package org.postroom.dist.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logging library begins when there is something to log, and hears all of that. */
final class LateLoggingTest {
  private final LateLogging late = new LateLogging();
  private final ILoggerFactory loggers = late.getLoggerFactory();

  @Test
  void whatIsLoggedIsLoggedAsItWas() {
    late.initialize();
    Logger logger = loggers.getLogger("late");
    assertThat(logger.isDebugEnabled()).isFalse();
    assertThat(logger.isInfoEnabled()).isTrue();
    logger.debug("nobody hears of {}", "this");
    LoggerContext library = (LoggerContext) LateLogging.begun(loggers);
    ListAppender<ILoggingEvent> heard = new ListAppender<>();
    heard.start();
    library.getLogger("late").addAppender(heard);
    library.getLogger("late").setLevel(Level.DEBUG);

    logger.warn("{} of {}", "one", 2, new IllegalStateException("three"));
    logger.info("plain");
    logger.debug("by now {}", "all");

    assertThat(heard.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("one of 2", "plain", "by now all");
    assertThat(heard.list.get(0).getArgumentArray()).containsExactly("one", 2);
    assertThat(heard.list.get(0).getThrowableProxy().getMessage()).isEqualTo("three");
    assertThat(heard.list.get(0).getLevel()).isEqualTo(Level.WARN);
    library.stop();
  }

  @Test
  void aLoggerIsMadeOnce() {
    assertThat(loggers.getLogger("a")).isSameAs(loggers.getLogger("a"));
  }

  @Test
  void anotherLibraryIsLeftAsItIs() {
    ILoggerFactory usual = LoggerFactory.getILoggerFactory();

    assertThat(LateLogging.begun(usual)).isSameAs(usual);
  }
}
