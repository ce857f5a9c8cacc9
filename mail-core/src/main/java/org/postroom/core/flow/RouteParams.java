package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** By which transport mail goes, and to which next hop. */
final class RouteParams {
  private static final ParamSet.Builder SET = ParamSet.named("routes");

  static final Param<String> RELAYHOST =
      SET.value(
          "relayhost",
          "",
          "next hops, or nothing",
          RouteParams::nextHops,
          hops -> hops,
          "The next hop of all mail that leaves: host, host:port, [host] or [host]:port; in brackets"
              + " without looking up MX records. Of several, one is tried after the other. Empty"
              + " sends to the recipient's own mail exchangers.");

  static final Param<String> LOCAL_TRANSPORT =
      SET.text(
          "local_transport",
          "local:$myhostname",
          """
          How mail for names in mydestination goes: transport, or transport:nexthop. local and virtual \
          are the mailboxes here; so is dovecot, and lmtp:unix:private/dovecot-lmtp, which files of \
          others have.""");

  static final Param<String> VIRTUAL_TRANSPORT =
      SET.text(
          "virtual_transport",
          "virtual",
          """
          How mail for virtual_mailbox_domains goes, written as local_transport is. Where it goes \
          elsewhere than into mailboxes here, all names in these domains are known.""");

  static final Param<String> RELAY_TRANSPORT =
      SET.text(
          "relay_transport",
          "relay",
          "How mail for relay_domains goes: transport, or transport:nexthop, which goes before"
              + " relayhost.");

  static final Param<String> DEFAULT_TRANSPORT =
      SET.text(
          "default_transport",
          "smtp",
          "How all other mail goes: transport, or transport:nexthop, which goes before relayhost.");

  static final Param<List<String>> TRANSPORT_MAPS =
      SET.list(
          "transport_maps",
          "",
          """
          Tables of transport(5), which go before all of these: for an address, user@domain, a domain, \
          .domain for what is below one, or *, transport:nexthop. Without transport the usual one takes \
          it, without next hop it goes to the domain. error:text returns mail, retry:text has it wait, \
          discard: throws it away, hold: keeps it until somebody lets it go. Not asked for virtual_alias_domains.""");

  static final Param<List<String>> SENDER_DEFAULT_TRANSPORT_MAPS =
      SET.list(
          "sender_dependent_default_transport_maps",
          "",
          "Tables that have for a sender, or his @domain, what stands in the place of"
              + " default_transport; DUNNO leaves it as it is.");

  static final Param<String> EMPTY_SENDER_DEFAULT_TRANSPORT =
      SET.text(
          "empty_address_default_transport_maps_lookup_key",
          "<>",
          "What the null sender is called in sender_dependent_default_transport_maps.");

  static final Param<List<String>> SENDER_RELAYHOST_MAPS =
      SET.list(
          "sender_dependent_relayhost_maps",
          "",
          "Tables that have for a sender, or his @domain, what stands in the place of relayhost;"
              + " DUNNO leaves it as it is.");

  static final Param<String> EMPTY_SENDER_RELAYHOST =
      SET.text(
          "empty_address_relayhost_maps_lookup_key",
          "<>",
          "What the null sender is called in sender_dependent_relayhost_maps.");

  static final Param<List<String>> MAILBOX_TRANSPORT_MAPS =
      SET.list(
          "mailbox_transport_maps",
          "",
          "Tables that have for a name in mydestination, without its extension, the transport:nexthop"
              + " that takes its mail instead of a mailbox here.");

  static final Param<String> MAILBOX_TRANSPORT =
      SET.text(
          "mailbox_transport",
          "",
          "The same for all names in mydestination of which mailbox_transport_maps has nothing.");

  static final Param<List<String>> FALLBACK_TRANSPORT_MAPS =
      SET.list(
          "fallback_transport_maps",
          "",
          """
          Tables that have for a name in mydestination that nobody has here the transport:nexthop that \
          takes its mail. Clients can send to such names only where local_recipient_maps is given and \
          empty.""");

  static final Param<String> FALLBACK_TRANSPORT =
      SET.text(
          "fallback_transport",
          "",
          "The same for all such names of which fallback_transport_maps has nothing.");

  /** Stays the last line: it takes in every parameter declared above. */
  static final ParamSet PART = SET.build();

  private RouteParams() {}

  /** As {@link NextHop#list} reads them. */
  private static String nextHops(String text) {
    try {
      return text.isBlank() ? "" : String.join(", ", NextHop.checked(text));
    } catch (NextHop.Malformed e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }
}
