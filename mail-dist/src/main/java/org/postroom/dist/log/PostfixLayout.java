package org.postroom.dist.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postroom.core.log.LogEvent;
import org.postroom.core.log.MailLog;

/**
 * {@code Nov 28 21:00:00 mx postfix/smtpd[4711]: connect from …}, as syslog keeps Postfix's lines.
 * In the place of the process, of which we have one, stands the session where there is one: its
 * lines are found by that number, as those of an smtpd are. Whoever logs: a line is one line, with
 * nothing hidden in it; a stack trace has its lines, set in.
 */
final class PostfixLayout implements LineLayout {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);
  private static final String REST = "postroom";

  /** Of lines that have their time and host; else null. */
  private final @Nullable String host;

  private final String name;
  private final String process;
  private final ZoneId zone;
  private long second = Long.MIN_VALUE;
  private String time = "";

  /**
   * Lines of this host.
   *
   * @param host null where whoever takes the lines knows when and from where they came
   * @param name stands before that of the service
   */
  PostfixLayout(@Nullable String host, String name, long process, ZoneId zone) {
    this.host = host;
    this.name = name;
    this.process = Long.toString(process);
    this.zone = zone;
  }

  @Override
  public String line(ILoggingEvent event) {
    LogEvent ours = LineLayout.event(event);
    StringBuilder line = new StringBuilder(200);
    if (host != null) {
      line.append(time(event.getTimeStamp())).append(' ').append(host).append(' ');
    }
    tag(line, MailLog.serviceOf(event.getLoggerName()), ours);
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      line.append(event.getLevel().isGreaterOrEqual(Level.ERROR) ? "error: " : "warning: ");
    }
    if (ours == null) {
      Shown.append(line, event.getFormattedMessage(), false);
    } else {
      line.append(ours); // shows no other characters of others
    }
    line.append('\n');
    IThrowableProxy trouble = event.getThrowableProxy();
    if (trouble != null) {
      ThrowableProxyUtil.asString(trouble)
          .lines()
          .forEach(
              one -> {
                line.append("  ");
                Shown.append(line, one, true);
                line.append('\n');
              });
    }
    return line.toString();
  }

  /** Dovecot's services say one line each, under one name. */
  private void tag(StringBuilder line, String service, @Nullable LogEvent ours) {
    if (service.endsWith("-login")) {
      line.append("dovecot: ").append(service).append(": ");
      return;
    }
    Object session = ours == null ? null : ours.field("session").orElse(null);
    line.append(name)
        .append('/')
        .append(service.isEmpty() ? REST : service)
        .append('[')
        .append(session == null ? process : session)
        .append("]: ");
  }

  private String time(long millis) {
    long now = Math.floorDiv(millis, 1000L);
    if (now != second) {
      second = now;
      time = TIME.format(Instant.ofEpochSecond(now).atZone(zone));
    }
    return time;
  }
}
