package org.postroom.pop3.param;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.network.Network;

/** The parameters of POP3: Dovecot's names where Dovecot has them. */
public final class Pop3Params {

  private static final ParamSet.Builder SET = ParamSet.named("pop3");

  public static final Param<String> GREETING =
      SET.value(
          "pop3_greeting",
          "${login_greeting?{$login_greeting}:{POP3 server ready.}}",
          "printable ASCII",
          AuthParams::printable,
          Function.identity(),
          "What clients hear first.");

  public static final Param<Duration> LOGIN_TIMEOUT =
      SET.time(
          "pop3_login_timeout",
          "60s",
          Bounds.atLeast("1s"),
          "How long a client that is not logged in may say nothing.");

  public static final Param<Duration> LOGIN_TOTAL_TIMEOUT =
      SET.time(
          "pop3_login_total_timeout",
          "180s",
          Bounds.atLeast("1s"),
          "How long a client may take to log in.");

  public static final Param<Duration> IDLE_TIMEOUT =
      SET.time(
          "pop3_idle_timeout",
          "600s",
          Bounds.atLeast("600s"),
          """
          How long a client that is logged in may say nothing; RFC 1939 wants 10 minutes. Nothing
          is deleted then.""");

  public static final Param<Integer> FAILED_LOGINS =
      SET.integer(
          "pop3_failed_logins",
          "3",
          Bounds.atLeast("1"),
          "Failed log-ins after which a connection ends.");

  public static final Param<Integer> USERIP_CONNECTIONS =
      SET.integer(
          "pop3_max_userip_connections",
          "10",
          Bounds.atLeast("1"),
          "How often one account may be logged in from one address at a time.");

  public static final Param<Integer> MAX_SESSIONS =
      SET.integer(
          "pop3_max_sessions",
          "10000",
          Bounds.atLeast("1"),
          "The most connections of all clients to one listener.");

  public static final Param<String> LOGIN_GREETING = SET.include(AuthParams.LOGIN_GREETING);

  public static final Param<Boolean> DISABLE_PLAINTEXT_AUTH =
      SET.include(AuthParams.DISABLE_PLAINTEXT_AUTH);

  public static final Param<List<Network>> TRUSTED_NETWORKS =
      SET.include(AuthParams.TRUSTED_NETWORKS);

  public static final Param<String> LOCK_SESSION =
      SET.value(
          "pop3_lock_session",
          "takeover",
          "takeover, strict (or yes) or off (or no)",
          Pop3Params::lockPolicy,
          Function.identity(),
          """
          Whether a mailbox has one POP3 session at a time: strict says so and nothing else,
          takeover ends one whose client has been silent when the next logs in, off lets as many
          in as come.""");

  public static final Param<Duration> LOCK_WAIT =
      SET.time(
          "pop3_lock_wait",
          "10s",
          "How long a log-in waits while another session has the mailbox.");

  public static final Param<Duration> LOCK_SILENCE =
      SET.time(
          "pop3_lock_silence",
          "60s",
          Bounds.atLeast("1s"),
          "How long a client must have been silent before the next one may take its mailbox.");

  public static final Param<Boolean> NO_FLAG_UPDATES =
      SET.bool(
          "pop3_no_flag_updates",
          "no",
          "Whether messages stay unseen to IMAP clients when they are retrieved by POP3.");

  public static final Param<Boolean> HIDE_IMAP_DELETED =
      SET.bool(
          "pop3_hide_imap_deleted",
          "no",
          "Whether messages that an IMAP client has marked as deleted are left out.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private Pop3Params() {}

  /** What {@link #LOCK_SESSION} means. */
  public static LockPolicy lockPolicy(Settings settings) {
    return LockPolicy.valueOf(settings.get(LOCK_SESSION).toUpperCase(Locale.ROOT));
  }

  private static String lockPolicy(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "takeover" -> "takeover";
      case "strict", "yes" -> "strict";
      case "off", "no" -> "off";
      default -> throw new BadValue("no such policy");
    };
  }
}
