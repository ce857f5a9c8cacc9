package org.postroom.core.flow;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.quota.QuotaParams;
import org.postroom.core.srs.SrsParams;

/** What is done to mail on its way; where it goes is among it. */
public final class FlowParams {
  private static final ParamSet.Builder SET = ParamSet.named("flow");

  public static final Param<String> SAFE_SEND =
      SET.text(
          "safe_send_mailbox",
          "",
          """
          For a server that is not in production: whose mailbox (a login, or an address here) gets \
          what would leave for anybody but safe_send_recipients, in its folder "Not sent", each copy \
          with the recipient in a field X-Safe-Send. Empty lets everything leave. Where the file \
          says it, a program that embeds the server cannot say otherwise.""",
          Trait.ADMINISTRATOR);

  public static final Param<List<String>> SAFE_SEND_RECIPIENTS =
      SET.matchList(
          "safe_send_recipients",
          "",
          """
          Addresses and domains (.example.com for what is below one), and tables of either, to which \
          mail leaves although there is a safe_send_mailbox. The first item that matches decides, \
          !item against.""",
          Trait.ADMINISTRATOR);

  public static final Param<List<String>> SAFE_SEND_FILTERS =
      SET.list(
          "safe_send_filters",
          "",
          """
          Where filters may send mail (content_filter, FILTER, filters of the program) although \
          there is a safe_send_mailbox: transport:nexthop, or a transport alone for all its next \
          hops. No other filter's destination is used: mail goes on without it.""",
          Trait.ADMINISTRATOR);

  public static final Param<Long> MESSAGE_SIZE =
      SET.longs(
          "message_size_limit",
          "10240000",
          atLeast("0"),
          "The most octets of a mail, headers included; 0 for no limit.");

  public static final Param<Boolean> REQUIRETLS =
      SET.bool(
          "requiretls_enable",
          "yes",
          """
          Whether clients under TLS are offered REQUIRETLS (RFC 8689), and mail that came with it goes \
          on as smtp_requiretls_policy and lmtp_requiretls_policy say.""");

  public static final Param<Integer> HEADER_SIZE =
      SET.integer(
          "header_size_limit",
          "102400",
          atLeast("1024"),
          """
          Octets from the beginning of a mail within which its header must end; what stands behind
          them is taken as it is.\
          """);

  public static final Param<Integer> HOPS =
      SET.integer(
          "hopcount_limit",
          "50",
          atLeast("1"),
          "Received and Delivered-To headers of a mail; with more it runs in circles.");

  public static final Param<Boolean> SAVE_TO_DETAIL_MAILBOX =
      SET.bool(
          "lmtp_save_to_detail_mailbox",
          "no",
          """
          Whether mail for user+list (with recipient_delimiter = +) goes into the user's mailbox list, \
          where there is one, by whatever way it comes; else it goes into the INBOX.""");

  public static final Param<Boolean> ADD_MISSING_HEADERS =
      SET.bool(
          "always_add_missing_headers",
          "no",
          """
          Whether Date, Message-ID and From are added to any mail that lacks them. On listeners for
          submission they always are.\
          """);

  public static final Param<List<String>> MESSAGE_DROP_HEADERS =
      SET.list(
          "message_drop_headers",
          "bcc, content-length, resent-bcc, return-path",
          "Fields that are taken out of the header of every mail as it comes in.");

  static {
    RouteParams.PART.params().forEach(SET::include);
    SrsParams.PART.params().forEach(SET::include);
    BounceParams.PART.params().forEach(SET::include);
    QuotaParams.PART.params().forEach(SET::include);
  }

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private FlowParams() {}
}
