package org.postroom.smtp.server;

import static org.postroom.core.config.Bounds.atLeast;
import static org.postroom.core.config.Bounds.between;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Choice;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.wire.StrangerLimits;

/** The parameters of the SMTP server. */
public final class SmtpParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtpd");

  public static final Param<String> BANNER =
      SET.text(
          "smtpd_banner",
          "$myhostname ESMTP $mail_name",
          "What a client hears first, behind the code 220. Begins with the host name.");

  public static final Param<Integer> SESSIONS =
      SET.integer(
          "default_process_limit",
          "10000",
          atLeast("1"),
          """
          The most sessions of one listener at the same time. When there are so many, the next one
          gets the place of the client that has been idle for longest, of those that have neither
          logged in nor are in mynetworks. Deviation: 100 in Postfix, where each is a process.\
          """);

  public static final Param<Duration> TIMEOUT =
      SET.time(
          "smtpd_timeout",
          "${stress?{10}:{300}}s",
          atLeast("1s"),
          """
          How long the server waits for the next command, and for the client to take an answer.
          Then it answers 421 and closes.\
          """);

  public static final Param<Integer> MIN_DATA_RATE =
      SET.integer(
          "smtpd_min_data_rate",
          "500",
          atLeast("0"),
          """
          Octets a second that a client must send on average within a mail; so many earn it one
          more second, up to smtpd_timeout. 0 for no such limit.\
          """);

  public static final Param<Duration> STARTTLS_TIMEOUT =
      SET.time(
          "smtpd_starttls_timeout",
          "${stress?{10}:{300}}s",
          atLeast("1s"),
          "How long a TLS handshake may take.");

  public static final Param<Boolean> LMTP_STRANGERS =
      SET.bool(
          "lmtp_accept_strangers",
          "no",
          "Whether clients outside of $mynetworks may bring mail by LMTP; yes where a listener is a"
              + " socket in the file system, whose rights say who may come.");

  public static final Param<Boolean> LMTP_RELAY =
      SET.bool(
          "lmtp_accept_relay",
          "no",
          "Whether mail may come by LMTP for mailboxes that are not here; policy must permit it, too.");

  public static final Param<Duration> ERROR_SLEEP =
      SET.time(
          "smtpd_error_sleep_time",
          "1s",
          "The delay before each answer once a client has made smtpd_soft_error_limit errors.");

  public static final Param<Integer> SOFT_ERRORS =
      SET.integer(
          "smtpd_soft_error_limit",
          "10",
          atLeast("0"),
          "Errors without a mail accepted between them after which answers are delayed.");

  public static final Param<Integer> HARD_ERRORS =
      SET.integer(
          "smtpd_hard_error_limit",
          "${stress?{1}:{20}}",
          atLeast("1"),
          "Errors without a mail accepted between them after which the session is ended.");

  public static final Param<Integer> JUNK_COMMANDS =
      SET.integer(
          "smtpd_junk_command_limit",
          "${stress?{1}:{100}}",
          atLeast("1"),
          "NOOP, VRFY, RSET, HELO, EHLO beyond this number count as errors.");

  public static final Param<Integer> RECIPIENTS =
      SET.integer(
          "smtpd_recipient_limit",
          "1000",
          atLeast("1"),
          "Recipients of one mail; further ones hear 452 and may come with another mail.");

  public static final Param<Integer> RECIPIENT_OVERSHOOT =
      SET.integer(
          "smtpd_recipient_overshoot_limit",
          "1000",
          atLeast("1"),
          "So many recipients beyond smtpd_recipient_limit are refused without being errors.");

  public static final Param<Integer> LINE_LENGTH = SET.include(FilterParams.LINE_LENGTH);

  public static final Param<Integer> SASL_RESPONSE =
      SET.integer(
          "smtpd_sasl_response_limit",
          Integer.toString(StrangerLimits.LONGEST_LINE),
          between("2048", Integer.toString(StrangerLimits.LONGEST_LINE)),
          "Octets of a line during AUTH. Nobody who has not logged in may send longer ones.");

  public static final Param<BareNewline> BARE_NEWLINE =
      SET.choice(
          "smtpd_forbid_bare_newline",
          "normalize",
          BareNewline.class,
          """
          What is done with a line that ends in LF alone, in a mail or as a command: it counts, or
          (reject) the client is sent away. It is never part of the end of a mail, whatever is set
          here.\
          """);

  public static final Param<Boolean> REPLACE_STRAY_CR =
      SET.bool(
          "cleanup_replace_stray_cr_lf",
          "yes",
          "Whether a CR in a mail that no LF follows becomes a space.");

  public static final Param<Boolean> FORBID_PIPELINING =
      SET.bool(
          "smtpd_forbid_unauth_pipelining",
          "yes",
          "Whether a client that goes on before an answer it must wait for is sent away.");

  public static final Param<String> FORBIDDEN_COMMANDS =
      SET.text(
          "smtpd_forbidden_commands",
          "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
          """
          Commands of other protocols: who sends one, or a line that looks like a header, is sent
          away. Of regular expressions only the one that stands here by default is known.\
          """);

  public static final Param<Boolean> HELO_REQUIRED =
      SET.bool("smtpd_helo_required", "no", "Whether a client must say HELO or EHLO before MAIL.");

  public static final Param<String> VERP_DELIMITERS =
      SET.value(
          "default_verp_delimiters",
          "+=",
          "two characters",
          SmtpParams::twoCharacters,
          Function.identity(),
          "What stands before the recipient, and for his @, where XVERP is asked for without a word.");

  public static final Param<String> VERP_FILTER =
      SET.text(
          "verp_delimiter_filter", "-=+", "The characters that XVERP may ask for in their places.");

  public static final Param<Boolean> DISABLE_VRFY =
      SET.bool("disable_vrfy_command", "no", "Whether VRFY is not there.");

  public static final Param<Boolean> STRICT_ENVELOPES =
      SET.bool(
          "strict_rfc821_envelopes",
          "no",
          "Whether addresses in MAIL and RCPT need angle brackets.");

  public static final Param<Boolean> ALLOW_MIN_USER =
      SET.bool(
          "allow_min_user",
          "no",
          "Whether an address in MAIL or RCPT may begin with -, as options of programs do.");

  public static final Param<List<String>> DISCARD_EHLO =
      SET.list(
          "smtpd_discard_ehlo_keywords",
          "",
          "Extensions that are not offered; silent-discard among them has no further meaning.");

  public static final Param<Boolean> SASL_ENABLE =
      SET.bool(
          "smtpd_sasl_auth_enable",
          "no",
          "Whether clients may authenticate. Listeners for submission: yes unless set.");

  public static final Param<Boolean> SASL_HEADER =
      SET.bool(
          "smtpd_sasl_authenticated_header",
          "no",
          "Whether the Received header names the user that handed in the mail.");

  public static final Param<TlsLevel> TLS_LEVEL =
      SET.choice(
          "smtpd_tls_security_level",
          "",
          TlsLevel.class,
          """
          none: no STARTTLS; may: clients may; encrypt: they must. Empty: may, when there is a
          certificate.\
          """);

  public static final Param<Boolean> TLS_AUTH_ONLY =
      SET.bool(
          "smtpd_tls_auth_only",
          "no",
          """
          Whether passwords are taken under TLS only. Listeners for submission: yes unless set.\
          """);

  public static final Param<Integer> TLS_LOG_LEVEL =
      SET.integer(
          "smtpd_tls_loglevel",
          "0",
          between("0", "4"),
          """
          From 1 on each handshake with a client has a line in the log: version and cipher. 2 to 4 \
          log no more.\
          """);

  public static final Param<Boolean> TLS_RECEIVED =
      SET.bool(
          "smtpd_tls_received_header",
          "no",
          "Whether the Received header says what TLS was agreed on.");

  public static final Param<Boolean> PEERNAME_LOOKUP =
      SET.bool(
          "smtpd_peername_lookup",
          "yes",
          "Whether the client's name is looked up. Without, it is always unknown.");

  public static final Param<Integer> CLIENT_CONNECTIONS =
      limit(
          "smtpd_client_connection_count_limit",
          "50",
          """
          Sessions of one client that has not logged in, at one listener at the same time; who comes
          beyond that gets the place of the one that has been idle for longest. 0 for no limit but
          stranger_count_limit.\
          """);

  public static final Param<Integer> CLIENT_CONNECTION_RATE =
      limit(
          "smtpd_client_connection_rate_limit",
          "0",
          "Connections of one client within anvil_rate_time_unit; 0 for no limit.");

  public static final Param<Integer> CLIENT_MESSAGE_RATE =
      limit(
          "smtpd_client_message_rate_limit",
          "0",
          "MAIL commands of one client within anvil_rate_time_unit; 0 for no limit.");

  public static final Param<Integer> CLIENT_RECIPIENT_RATE =
      limit(
          "smtpd_client_recipient_rate_limit",
          "0",
          """
          RCPT commands of one client within anvil_rate_time_unit, refused ones included; 0 for no
          limit.\
          """);

  public static final Param<Integer> CLIENT_AUTH_RATE =
      limit(
          "smtpd_client_auth_rate_limit",
          "0",
          "AUTH commands of one client within anvil_rate_time_unit; 0 for no limit.");

  public static final Param<Integer> CLIENT_IPV4_PREFIX =
      SET.integer(
          "smtpd_client_ipv4_prefix_length",
          "32",
          between("0", "32"),
          "Bits of an IPv4 address that make a client in the limits above.",
          Trait.RESTART);

  public static final Param<Integer> CLIENT_IPV6_PREFIX =
      SET.integer(
          "smtpd_client_ipv6_prefix_length",
          "84",
          between("0", "128"),
          "Bits of an IPv6 address that make a client in the limits above.",
          Trait.RESTART);

  public static final Param<Duration> RATE_UNIT =
      SET.time(
          "anvil_rate_time_unit",
          "60s",
          atLeast("1s"),
          "What rates of clients refer to.",
          Trait.RESTART);

  public static final Param<Boolean> SMTPUTF8_ENABLE =
      SET.bool(
          "smtputf8_enable",
          "${{$compatibility_level} <level {1} ? {no} : {yes}}",
          "Whether SMTPUTF8 is offered, and with it addresses beyond ASCII.");

  public static final Param<Boolean> SUBMISSION =
      SET.bool(
          "smtpd_submission",
          "no",
          """
          Whether users hand in mail here: they log in before MAIL, and use senders that are theirs.
          Listeners for submission: yes unless set.\
          """);

  public static final Param<Boolean> TLS_WRAPPERMODE =
      SET.bool(
          "smtpd_tls_wrappermode",
          "no",
          """
          Whether the TLS handshake comes before everything else. The listener submissions: yes
          unless set.\
          """);

  public static final Param<Boolean> OWN_SENDERS =
      SET.bool(
          "submission_own_senders",
          "yes",
          """
          Whether those who hand in mail on listeners for submission may do so in the name of addresses
          only that are theirs: by smtpd_sender_login_maps, or because they get its mail.\
          """);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private SmtpParams() {}

  private static String twoCharacters(String text) {
    if (text.length() != 2) {
      throw new BadValue("");
    }
    return text;
  }

  /** What is done with a line that ends in LF alone. */
  public enum BareNewline {
    /** It becomes a line that ends in CRLF. */
    NORMALIZE,
    /** The same, under the name that older files use. */
    YES,
    /** The mail, or the command, is refused and the connection closed. */
    REJECT,
    /** Deviation: as NORMALIZE, because a bare LF never helps to end a mail here. */
    NOTE,
    /** Deviation: as NORMALIZE, because a bare LF never helps to end a mail here. */
    NO
  }

  /** Whether TLS is there, and a must. */
  public enum TlsLevel implements Choice {
    UNSET(""),
    NONE("none"),
    MAY("may"),
    ENCRYPT("encrypt");

    private final String spelling;

    TlsLevel(String spelling) {
      this.spelling = spelling;
    }

    @Override
    public String spelling() {
      return spelling;
    }
  }

  private static Param<Integer> limit(String name, String preset, String doc) {
    return SET.integer(name, preset, atLeast("0"), doc);
  }
}
