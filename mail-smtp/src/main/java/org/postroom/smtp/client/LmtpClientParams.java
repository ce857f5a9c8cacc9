package org.postroom.smtp.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.queue.QueueParams;

/** How mail is handed to delivery agents by LMTP. */
public final class LmtpClientParams {
  private static final ParamSet.Builder SET = ParamSet.named("lmtp");

  public static final Param<String> LHLO_NAME =
      SET.text("lmtp_lhlo_name", "$myhostname", "What we call ourselves to LMTP servers.");

  public static final Param<Integer> TCP_PORT =
      SET.integer(
          "lmtp_tcp_port",
          "24",
          Bounds.atLeast("1"),
          "The port of LMTP servers, where a next hop (inet:host, host, [host]) does not name one.");

  static final CommonParams COMMON = new CommonParams(SET, "lmtp_", "lhlo", "no");

  public static final Param<Integer> ADDRESS_LIMIT =
      SET.integer(
          "lmtp_mx_address_limit",
          "5",
          Bounds.atLeast("1"),
          "How many addresses of a host are tried in one attempt.");

  public static final Param<Duration> CACHE_TIME =
      SET.time(
          "lmtp_connection_cache_time_limit",
          "2s",
          "How long a connection is kept for the next mail.");

  public static final Param<Duration> REUSE_TIME =
      SET.time("lmtp_connection_reuse_time_limit", "300s", "How long a connection is used in all.");

  public static final Param<Integer> LINE_LENGTH =
      SET.integer(
          "lmtp_line_length_limit",
          "998",
          Bounds.atLeast("12"),
          "Longer lines of the content are folded.");

  public static final Param<List<String>> GENERIC_MAPS =
      SET.list(
          "lmtp_generic_maps",
          "",
          "Tables of generic(5): addresses of ours and what LMTP servers see in their place.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private LmtpClientParams() {}

  /** The options that settings ask for. Hosts have no mail exchangers, and may be this machine. */
  static SmtpClientOptions options(Settings settings) {
    return new SmtpClientOptions(
        settings.get(LHLO_NAME),
        Set.of(),
        Set.of(),
        settings.get(SmtpClientParams.SPECIAL_NETWORKS),
        settings.get(TCP_PORT),
        settings.get(QueueParams.MINIMAL_BACKOFF),
        COMMON.sources(settings),
        COMMON.timeouts(settings),
        COMMON.manners(settings, true, false),
        settings.get(ADDRESS_LIMIT),
        COMMON.sessions(settings),
        settings.get(CACHE_TIME),
        settings.get(REUSE_TIME),
        settings.get(LINE_LENGTH),
        List.of(),
        Dialect.LMTP,
        Path.of(settings.expandedText("queue_directory").orElse("")),
        false);
  }
}
