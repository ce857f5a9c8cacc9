package org.postroom.core.filter.check;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** What is looked for in mails before they are ours. */
public final class FilterParams {
  private static final ParamSet.Builder SET = ParamSet.named("filters");

  public static final Param<List<String>> HEADER_CHECKS =
      SET.list(
          "header_checks",
          "",
          """
          Tables of header_checks(5), as a rule regexp or pcre: what is done with a mail that has such
          a field in its header.\
          """);

  public static final Param<List<String>> MIME_HEADER_CHECKS =
      SET.list(
          "mime_header_checks",
          "$header_checks",
          "The same for fields that say what a part is, and for the headers of parts.");

  public static final Param<List<String>> NESTED_HEADER_CHECKS =
      SET.list(
          "nested_header_checks", "$header_checks", "The same for the headers of attached mails.");

  public static final Param<List<String>> BODY_CHECKS =
      SET.list(
          "body_checks",
          "",
          "Tables of body_checks(5): what is done with a mail that has such a line behind its header.");

  public static final Param<Long> BODY_CHECKS_SIZE =
      SET.longs(
          "body_checks_size_limit",
          "51200",
          atLeast("0"),
          "So many octets of each part body_checks look at; 0 for all.");

  public static final Param<Integer> LINE_LENGTH =
      SET.integer(
          "line_length_limit",
          "2048",
          atLeast("512"),
          """
          Octets of a command line. Lines of a mail may be of any length; body_checks look at them in
          pieces of so many octets.\
          """);

  public static final Param<String> CONTENT_FILTER =
      SET.text(
          "content_filter",
          "",
          """
          Where all mail goes before it is delivered, as transport:nexthop; without a next hop to the
          recipient's domain. What comes back has to come by a listener that has this empty.\
          """);

  public static final Param<List<String>> RECEIVE_OVERRIDES =
      SET.partly(
          SET.list(
              "receive_override_options",
              "",
              """
              What is not done to mail of this listener: no_header_body_checks. For the way back of mail
              from a content_filter.\
              """),
          "no_unknown_recipient_checks and no_address_mappings are not obeyed");

  /** Those that are asked of mail that comes in. */
  static final CheckParams CHECKS =
      new CheckParams(HEADER_CHECKS, MIME_HEADER_CHECKS, NESTED_HEADER_CHECKS, BODY_CHECKS);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private FilterParams() {}
}
