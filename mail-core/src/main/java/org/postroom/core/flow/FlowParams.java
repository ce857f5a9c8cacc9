package org.postroom.core.flow;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamClass;
import org.postroom.core.config.ParamSet;

/** What is done to mail on its way, and where it goes that is not for us. */
public final class FlowParams {
  private static final ParamSet.Builder SET = ParamSet.named("flow");

  public static final Param<String> RELAYHOST =
      SET.text(
          "relayhost",
          "",
          "The next hop of all mail that leaves: host, host:port, [host] or [host]:port; in brackets"
              + " without looking up MX records. Empty sends to the recipient's own mail exchangers.");

  public static final Param<Long> MESSAGE_SIZE =
      SET.longs(
          "message_size_limit",
          "10240000",
          atLeast("0"),
          "The most octets of a mail, headers included; 0 for no limit.");

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

  // Names that the compatible systems act upon and this release does not.
  static {
    refused("transport_maps", "", "this table is not asked yet");
    refused("sender_dependent_relayhost_maps", "", "this table is not asked yet");
    refused("sender_dependent_default_transport_maps", "", "this table is not asked yet");
    refused("default_transport", "smtp", "mail for elsewhere goes by SMTP only");
    refused("relay_transport", "relay", "mail for relay_domains goes by SMTP only");
    refused("virtual_transport", "virtual", "mail for our domains goes into the store only");
    refused(
        "local_transport", "local:$myhostname", "mail for our domains goes into the store only");
    refused("mailbox_transport", "", "mail for our domains goes into the store only");
    refused("mailbox_transport_maps", "", "mail for our domains goes into the store only");
    refused("fallback_transport", "", "mail for our domains goes into the store only");
    refused("fallback_transport_maps", "", "mail for our domains goes into the store only");
    refused("mailbox_command", "", "programs do not get mail");
    refused("mailbox_command_maps", "", "programs do not get mail");
    refused("luser_relay", "", "unknown users are refused");
    refused("best_mx_transport", "", "such mail is given back");
    refused(
        "local_recipient_maps", "proxy:unix:passwd.byname $alias_maps", "accounts are the users");
    refused("relay_recipient_maps", "", "this table is not asked yet");
    refused("canonical_maps", "", "addresses are not rewritten yet");
    refused("sender_canonical_maps", "", "addresses are not rewritten yet");
    refused("recipient_canonical_maps", "", "addresses are not rewritten yet");
    refused("masquerade_domains", "", "addresses are not rewritten yet");
    refused("relocated_maps", "", "this table is not asked yet");
    refused("always_bcc", "", "no copies are made yet");
    refused("sender_bcc_maps", "", "no copies are made yet");
    refused("recipient_bcc_maps", "", "no copies are made yet");
    refused("header_checks", "", "content is not looked into yet");
    refused("mime_header_checks", "$header_checks", "content is not looked into yet");
    refused("nested_header_checks", "$header_checks", "content is not looked into yet");
    refused("body_checks", "", "content is not looked into yet");
    refused("message_reject_characters", "", "content is not looked into yet");
    refused("message_strip_characters", "", "content is not changed");
    refused("content_filter", "", "filters are not there yet");
    refused("non_smtpd_milters", "", "filters are not there yet");
    refused("soft_bounce", "no", "what fails for good is given back");
    refused("defer_transports", "", "all mail is tried when it is due");
    refused("multi_instance_enable", "no", "one configuration is one server");
    refused("local_login_sender_maps", "", "this table is not asked yet");
    noEffect("home_mailbox", "", "mail is kept in the store");
    noEffect("mail_spool_directory", "", "mail is kept in the store");
    noEffect("receive_override_options", "", "there is no filter to turn off");
    noEffect("notify_classes", "resource, software", "postmaster gets no notices");
    noEffect("bounce_template_file", "", "notifications have their own words");
    noEffect("enable_long_queue_ids", "no", "queue ids are always long");
    noEffect("fast_flush_domains", "$relay_domains", "ETRN is not there");
    noEffect("in_flow_delay", "1s", "clients wait for the store itself");
  }

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private FlowParams() {}

  private static void refused(String name, String preset, String note) {
    SET.recognised(name, preset, ParamClass.REFUSED, note);
  }

  private static void noEffect(String name, String preset, String note) {
    SET.recognised(name, preset, ParamClass.NO_EFFECT, note);
  }
}
