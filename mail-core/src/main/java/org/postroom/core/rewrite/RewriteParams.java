package org.postroom.core.rewrite;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import java.util.Set;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** How addresses are written anew as mail comes in. */
public final class RewriteParams {
  private static final ParamSet.Builder SET = ParamSet.named("rewrite");
  private static final String CLASSES =
      "envelope_sender, envelope_recipient, header_sender, header_recipient";

  public static final Param<Boolean> APPEND_AT_MYORIGIN =
      SET.bool(
          "append_at_myorigin",
          "yes",
          """
          Whether myorigin is appended in headers to an address without a domain. In envelopes it
          always is, because mail cannot go anywhere without.\
          """);

  public static final Param<List<String>> PROPAGATE_EXTENSIONS =
      SET.list(
          "propagate_unmatched_extensions",
          "canonical, virtual",
          """
          Where user+extension is looked up as user and the extension goes on to the result: of
          canonical, virtual, alias, include, generic.\
          """);

  public static final Param<List<String>> LOCAL_CLIENTS =
      SET.list(
          "local_header_rewrite_clients",
          "permit_inet_interfaces",
          """
          Clients whose mail has the addresses in its header completed and mapped as those of the
          envelope are: permit_inet_interfaces, permit_mynetworks, permit_sasl_authenticated, and
          tables with the addresses of clients.\
          """);

  public static final Param<String> REMOTE_DOMAIN =
      SET.text(
          "remote_header_rewrite_domain",
          "",
          """
          What is appended in headers of other clients' mail to an address without a domain; their
          addresses are mapped, too. Empty leaves such headers as they are.\
          """);

  public static final Param<List<String>> CANONICAL =
      SET.list(
          "canonical_maps",
          "",
          "Tables of canonical(5): addresses and what stands in their place, in envelope and header.");

  public static final Param<Set<AddressUse>> CANONICAL_CLASSES =
      classes("canonical_classes", CLASSES, "canonical_maps");

  public static final Param<List<String>> SENDER_CANONICAL =
      SET.list(
          "sender_canonical_maps", "", "As canonical_maps and asked before them, of senders only.");

  public static final Param<Set<AddressUse>> SENDER_CANONICAL_CLASSES =
      classes(
          "sender_canonical_classes", "envelope_sender, header_sender", "sender_canonical_maps");

  public static final Param<List<String>> RECIPIENT_CANONICAL =
      SET.list(
          "recipient_canonical_maps",
          "",
          "As canonical_maps and asked before them, of recipients only.");

  public static final Param<Set<AddressUse>> RECIPIENT_CANONICAL_CLASSES =
      classes(
          "recipient_canonical_classes",
          "envelope_recipient, header_recipient",
          "recipient_canonical_maps");

  public static final Param<List<String>> MASQUERADE_DOMAINS =
      SET.list(
          "masquerade_domains",
          "",
          """
          Domains that stand in the place of their subdomains; of a domain behind ! the subdomains
          stay. The first one that fits decides.\
          """);

  public static final Param<Set<AddressUse>> MASQUERADE_CLASSES =
      classes(
          "masquerade_classes",
          "envelope_sender, header_sender, header_recipient",
          "masquerade_domains");

  public static final Param<List<String>> MASQUERADE_EXCEPTIONS =
      SET.list(
          "masquerade_exceptions", "", "Users whose addresses masquerade_domains does not change.");

  public static final Param<Integer> TOKENS =
      SET.integer(
          "header_address_token_limit",
          "10240",
          atLeast("1"),
          "A field with more words and signs than this has its addresses left as they are.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet PART = SET.build();

  private RewriteParams() {}

  private static Param<Set<AddressUse>> classes(String name, String preset, String maps) {
    return SET.value(
        name,
        preset,
        CLASSES,
        AddressUse::parse,
        AddressUse::written,
        "Which addresses " + maps + " change.");
  }
}
