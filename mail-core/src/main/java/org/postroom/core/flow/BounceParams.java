package org.postroom.core.flow;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.Set;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** What stands in notifications, and what the postmaster hears of. */
final class BounceParams {
  private static final ParamSet.Builder SET = ParamSet.named("notifications");

  static final Param<Set<NoticeClass>> NOTIFY_CLASSES =
      SET.value(
          "notify_classes",
          "resource, software",
          "some of " + NoticeClass.names(),
          NoticeClass::set,
          NoticeClass::text,
          """
          Of what the postmaster hears: bounce (a copy of each report that mail has failed, with the \
          mail's header; 2bounce is part of it), 2bounce (reports that cannot be delivered \
          themselves), delay (a copy of each report that mail is late). And of sessions with what was said in them, when \
          something went wrong there: policy (what is not allowed), protocol (what no client may say), \
          resource (no room), software (a fault here), data (a table without an answer), bounce (somebody \
          who is not here). Of sessions with servers that mail goes to, protocol as well (mail has failed, \
          or waits, because a server has answered what no server may). Whoever connects, and any server, can \
          cause policy, protocol and bounce; there are 20 notices at once, then one a minute.\
          """);

  static final Param<WrittenAddress> BOUNCE_RECIPIENT =
      recipient("bounce_notice_recipient", "bounce");

  static final Param<WrittenAddress> TWICE_RECIPIENT =
      recipient("2bounce_notice_recipient", "2bounce");

  static final Param<WrittenAddress> DELAY_RECIPIENT = recipient("delay_notice_recipient", "delay");

  static final Param<WrittenAddress> ERROR_RECIPIENT =
      SET.value(
          "error_notice_recipient",
          "postmaster",
          "an address, or the local part of one at myorigin",
          BounceParams::address,
          BounceParams::text,
          "Who gets the notices about sessions, of all classes of notify_classes.");

  static final Param<WrittenAddress> DOUBLE_BOUNCE_SENDER =
      SET.value(
          "double_bounce_sender",
          "double-bounce",
          "a local part, without a domain",
          BounceParams::localPart,
          WrittenAddress::localPart,
          """
          From whom notices to the postmaster are: this local part at myhostname. Where such a notice \
          cannot be delivered, nobody is told of it but the log.""");

  static final Param<Integer> SIZE_LIMIT =
      SET.integer(
          "bounce_size_limit",
          "50000",
          atLeast("1"),
          "The most octets of a mail that is sent back whole with a report; of a longer one the"
              + " header is, within this limit.");

  static final Param<Boolean> THREADED =
      SET.bool(
          "enable_threaded_bounces",
          "no",
          "Whether notifications refer to the mail they are about (References, In-Reply-To), so that"
              + " programs show them together.");

  static final Param<Boolean> DELAY_CLEARED =
      SET.bool(
          "confirm_delay_cleared",
          "no",
          "Whether a sender who was told that his mail is late hears when it has been delivered.");

  static final Param<Boolean> REDACT =
      SET.bool(
          "requiretls_redact_dsn",
          "yes",
          """
          What is told of mail with REQUIRETLS (RFC 8689, 5): its header alone, to be sent to anybody; \
          or, with no, as of other mail, and by servers only that do what REQUIRETLS asks for.""");

  static final Param<BounceTemplates> TEMPLATES =
      SET.value(
          "bounce_template_file",
          "",
          "a file of templates, or nothing",
          BounceTemplates::read,
          BounceTemplates::file,
          """
          Words of notifications, as Postfix has them: failure_template, delay_template, \
          success_template and verify_template, each with the fields Charset, From, Subject and \
          Postmaster-Subject, an empty line, and the text with $parameters in it. What the file does \
          not say is as without it.""");

  /** Stays the last line: it takes in every parameter declared above. */
  static final ParamSet PART = SET.build();

  private BounceParams() {}

  private static Param<WrittenAddress> recipient(String name, String of) {
    return SET.value(
        name,
        "postmaster",
        "an address, or the local part of one at myorigin",
        BounceParams::address,
        BounceParams::text,
        "Who gets the notices of the class " + of + " in notify_classes.");
  }

  private static WrittenAddress address(String text) {
    try {
      return WrittenAddress.parse(text);
    } catch (MalformedAddress e) {
      throw new BadValue("");
    }
  }

  private static WrittenAddress localPart(String text) {
    WrittenAddress written = address(text);
    if (written.domain().isPresent()) {
      throw new BadValue("");
    }
    return written;
  }

  private static String text(WrittenAddress address) {
    return address.localPart() + address.domain().map(domain -> "@" + domain).orElse("");
  }
}
