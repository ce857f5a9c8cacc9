package org.postroom.dist.log;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Where the log of a server that runs by itself goes, and how it looks. */
public final class LogParams {
  private static final ParamSet.Builder SET = ParamSet.named("log");
  private static final int SYSLOG_PORT = 514;
  private static final Pattern SERVER =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([^\\s:\\[\\]]+))(?::([0-9]{1,5}))?");

  public static final Param<LogFormat> FORMAT =
      SET.choice(
          "log_format",
          "postfix",
          LogFormat.class,
          "How lines look: postfix, as programs for Postfix's log read them, or json, an object a line.");

  public static final Param<Optional<Path>> FILE =
      SET.optionalPath(
          "maillog_file",
          "",
          """
          The file that the log goes to; /dev/stdout is standard output. A reload opens it anew, \
          so that it can be renamed before. Without it the log goes to standard error, unless \
          there is a syslog_server.""");

  public static final Param<Optional<InetSocketAddress>> SYSLOG_SERVER =
      SET.value(
          "syslog_server",
          "",
          "host or host:port",
          LogParams::server,
          server -> server.map(InetSocketAddress::toString).orElse(""),
          "host or host:port of a syslog daemon that takes datagrams (RFC 3164); port 514 unless given.");

  public static final Param<String> SYSLOG_NAME =
      SET.text("syslog_name", "postfix", "Stands before the service's name in each line.");

  public static final Param<Facility> SYSLOG_FACILITY =
      SET.choice("syslog_facility", "mail", Facility.class, "Under which syslog keeps lines.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private LogParams() {}

  private static Optional<InetSocketAddress> server(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    Matcher parts = SERVER.matcher(text.strip());
    if (!parts.matches()) {
      throw new BadValue("\"" + text + "\" is neither host nor host:port");
    }
    String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
    int port = parts.group(3) == null ? SYSLOG_PORT : Integer.parseInt(parts.group(3));
    if (port < 1 || port > 0xFFFF) {
      throw new BadValue("no such port: " + port);
    }
    return Optional.of(InetSocketAddress.createUnresolved(host, port));
  }

  /** The kinds of programs that syslog knows (RFC 3164, 4.1.1), by their numbers. */
  public enum Facility {
    USER(1),
    MAIL(2),
    DAEMON(3),
    LOCAL0(16),
    LOCAL1(17),
    LOCAL2(18),
    LOCAL3(19),
    LOCAL4(20),
    LOCAL5(21),
    LOCAL6(22),
    LOCAL7(23);

    private final int number;

    Facility(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }
}
