package org.postroom.core.policy;

import static org.postroom.core.config.Bounds.between;

import java.util.List;
import java.util.Locale;
import org.postroom.core.config.Choice;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.restriction.Verdict;

/** The lists of restrictions, and what their restrictions answer. */
public final class RestrictionParams {
  private static final ParamSet.Builder SET = ParamSet.named("restrictions");

  static final Param<Boolean> EXEMPT_POSTMASTER =
      SET.bool(
          "smtpd_exempt_postmaster",
          "no",
          """
          Whether clients that are refused may write to the postmaster of a domain here (RFC 5321, \
          4.5.1): for that recipient the lists only warn (reject_warning in the log), but those of \
          relaying and check_recipient_access, and whatever refuses before a recipient is named.""");

  public static final Param<Boolean> DELAY_REJECT =
      SET.bool(
          "smtpd_delay_reject",
          "yes",
          """
          Whether the lists for client, HELO and sender are judged only at RCPT, so that the log
          knows everybody concerned.\
          """);

  public static final Param<Boolean> RELAY_FIRST =
      SET.bool(
          "smtpd_relay_before_recipient_restrictions",
          "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
          "Whether smtpd_relay_restrictions are judged before smtpd_recipient_restrictions.");

  public static final Param<List<String>> CLIENT =
      SET.list("smtpd_client_restrictions", "", "What is asked of a client.");

  public static final Param<List<String>> HELO =
      SET.list("smtpd_helo_restrictions", "", "What is asked of a client behind HELO or EHLO.");

  public static final Param<List<String>> SENDER =
      SET.list("smtpd_sender_restrictions", "", "What is asked of a sender.");

  public static final Param<List<String>> DATA =
      SET.list("smtpd_data_restrictions", "", "What is asked before content is taken.");

  public static final Param<List<String>> END_OF_DATA =
      SET.list("smtpd_end_of_data_restrictions", "", "What is asked when the content is whole.");

  public static final Param<List<String>> ETRN =
      SET.partly(
          SET.list("smtpd_etrn_restrictions", "", "What is asked at ETRN."), "ETRN is not offered");

  public static final Param<List<String>> SENDER_LOGIN_MAPS =
      SET.list(
          "smtpd_sender_login_maps",
          "",
          """
          Tables of sender addresses and the log-ins that may use them. Without any, an address is his
          who gets its mail.\
          """);

  public static final Param<List<String>> CLASSES =
      SET.list(
          "smtpd_restriction_classes",
          "",
          """
          Names that stand for lists of restrictions: each is a parameter of the administrator's
          own, and may be an item of the lists here.\
          """,
          Trait.NAMES_PARAMETERS);

  public static final Param<Boolean> REJECT_UNLISTED_RECIPIENT =
      SET.bool(
          "smtpd_reject_unlisted_recipient",
          "yes",
          "Whether a recipient of ours whom nobody knows is refused, whoever permits it.");

  public static final Param<Boolean> REJECT_UNLISTED_SENDER =
      SET.bool(
          "smtpd_reject_unlisted_sender",
          "no",
          "Whether a sender in our domains whom nobody knows is refused.");

  public static final Param<Tempfail> TEMPFAIL =
      SET.choice(
          "reject_tempfail_action",
          "defer_if_permit",
          Tempfail.class,
          """
          What becomes of a restriction that cannot be decided now: the mail is refused for now if
          everything else permits it, or at once.\
          """);

  public static final Param<Tempfail> UNKNOWN_ADDRESS_TEMPFAIL =
      tempfail("unknown_address_tempfail_action", "reject_unknown_*_domain");

  public static final Param<Tempfail> UNKNOWN_HELO_TEMPFAIL =
      tempfail("unknown_helo_hostname_tempfail_action", "reject_unknown_helo_hostname");

  public static final Param<Integer> UNKNOWN_CLIENT_CODE =
      code("unknown_client_reject_code", "450", "reject_unknown_*client_hostname");

  public static final Param<Integer> UNKNOWN_HOSTNAME_CODE =
      code("unknown_hostname_reject_code", "450", "reject_unknown_helo_hostname");

  public static final Param<Integer> UNKNOWN_ADDRESS_CODE =
      code("unknown_address_reject_code", "450", "reject_unknown_*_domain");

  public static final Param<Integer> INVALID_HOSTNAME_CODE =
      code("invalid_hostname_reject_code", "501", "reject_invalid_helo_hostname");

  public static final Param<Integer> NON_FQDN_CODE =
      code("non_fqdn_reject_code", "504", "reject_non_fqdn_*");

  public static final Param<Integer> MULTI_RECIPIENT_BOUNCE_CODE =
      code("multi_recipient_bounce_reject_code", "550", "reject_multi_recipient_bounce");

  public static final Param<Integer> PLAINTEXT_CODE =
      code("plaintext_reject_code", "450", "reject_plaintext_session");

  public static final Param<Integer> DNS_LIST_CODE =
      code("maps_rbl_reject_code", "554", "reject_rbl_client and its kin");

  public static final Param<Integer> ACCESS_REJECT_CODE =
      code("access_map_reject_code", "554", "REJECT in an access(5) table");

  public static final Param<Integer> ACCESS_DEFER_CODE =
      code("access_map_defer_code", "450", "DEFER in an access(5) table");

  public static final Param<String> NULL_ACCESS_KEY =
      SET.text(
          "smtpd_null_access_lookup_key",
          "<>",
          "What the null sender is called in an access(5) table.");

  public static final Param<Integer> SLEEP_LIMIT =
      SET.integer(
          "smtpd_sleep_limit", "60", between("1", "90"), "The most seconds that sleep may take.");

  /** They are part of {@code PolicyParams}. Stays the last line. */
  static final ParamSet PART = SET.build();

  private RestrictionParams() {}

  private static Param<Integer> code(String name, String preset, String restriction) {
    return SET.replyCode(name, preset, "Of " + restriction + ".");
  }

  private static Param<Tempfail> tempfail(String name, String restriction) {
    return SET.choice(
        name, "$reject_tempfail_action", Tempfail.class, "The same for " + restriction + ".");
  }

  /** What becomes of a restriction that cannot be decided now. */
  public enum Tempfail implements Choice {
    DEFER_IF_PERMIT,
    DEFER;

    @Override
    public String spelling() {
      return name().toLowerCase(Locale.ROOT);
    }

    Verdict of(Verdict.Reject reply) {
      return this == DEFER ? reply : new Verdict.DeferIfPermit(reply);
    }
  }
}
