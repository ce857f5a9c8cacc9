package org.postroom.imap.param;

import java.time.Duration;
import java.util.List;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.network.Network;

/** The parameters of IMAP: Dovecot's names where Dovecot has them. */
public final class ImapParams {

  private static final ParamSet.Builder SET = ParamSet.named("imap");

  public static final Param<Long> MAX_LINE_LENGTH =
      SET.size(
          "imap_max_line_length",
          "1M",
          Bounds.between("8k", "64M"),
          "The longest command of a client that is logged in, string literals included.");

  public static final Param<Long> MAX_STRING_LENGTH =
      SET.size(
          "imap_max_string_length",
          "128k",
          Bounds.between("1k", "16M"),
          "The longest string in a command, messages in APPEND not counted.");

  public static final Param<Long> APPEND_LIMIT =
      SET.size(
          "imap_append_limit",
          "64M",
          Bounds.between("1k", "2047M"),
          "The largest message that APPEND takes.");

  public static final Param<Integer> APPEND_MESSAGES =
      SET.integer(
          "imap_append_messages", "1000", Bounds.atLeast("1"), "The most messages in one APPEND.");

  public static final Param<Duration> LOGIN_TIMEOUT =
      SET.time(
          "imap_login_timeout",
          "60s",
          Bounds.atLeast("1s"),
          "How long a client that is not logged in may say nothing.");

  public static final Param<Duration> LOGIN_TOTAL_TIMEOUT =
      SET.time(
          "imap_login_total_timeout",
          "180s",
          Bounds.atLeast("1s"),
          "How long a client may take until it is logged in.");

  public static final Param<Duration> STALL_TIMEOUT =
      SET.time(
          "imap_stall_timeout",
          "300s",
          Bounds.atLeast("1s"),
          """
          How long a client that is logged in may leave an answer unread, or let us wait in the \
          middle of a command.""");

  public static final Param<Duration> AUTOLOGOUT =
      SET.time(
          "imap_autologout",
          "1800s",
          Bounds.atLeast("1s"),
          "How long a client that is logged in may say nothing; RFC 9051 wants 30 minutes.");

  public static final Param<Duration> IDLE_NOTIFY_INTERVAL =
      SET.time(
          "imap_idle_notify_interval",
          "120s",
          Bounds.atLeast("1s"),
          "How often an idling client hears something when nothing happens.");

  public static final Param<Integer> FAILED_LOGINS =
      SET.integer(
          "imap_failed_logins",
          "3",
          Bounds.atLeast("1"),
          "Failed log-ins after which a connection ends.");

  public static final Param<Integer> USER_CONNECTIONS =
      SET.integer(
          "imap_max_user_connections",
          "200",
          Bounds.atLeast("1"),
          "The most connections of one account at a time.");

  public static final Param<Integer> USERIP_CONNECTIONS =
      SET.integer(
          "mail_max_userip_connections",
          "30",
          Bounds.atLeast("1"),
          "The most connections of one account from one address at a time.");

  public static final Param<Integer> MAX_SESSIONS =
      SET.integer(
          "imap_max_sessions",
          "10000",
          Bounds.atLeast("1"),
          "The most connections of all clients to one listener.");

  public static final Param<String> LOGIN_GREETING = SET.include(AuthParams.LOGIN_GREETING);

  public static final Param<Boolean> DISABLE_PLAINTEXT_AUTH =
      SET.include(AuthParams.DISABLE_PLAINTEXT_AUTH);

  public static final Param<List<Network>> TRUSTED_NETWORKS =
      SET.include(AuthParams.TRUSTED_NETWORKS);

  public static final Param<List<String>> CAPABILITY_DISABLE =
      SET.list(
          "imap_capability_disable",
          "",
          "Capabilities that are not advertised although they work.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private ImapParams() {}
}
