package org.postroom.smtp.client;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.core.network.Network;
import org.postroom.core.queue.QueueParams;
import org.postroom.smtp.client.tls.DnsSupport;
import org.postroom.smtp.client.tls.TlsParams;

/** How mail is sent on. */
public final class SmtpClientParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtp");
  private static final int PLAIN_SMTP = 25;

  public static final Param<String> HELO_NAME =
      SET.text("smtp_helo_name", "$myhostname", "What we call ourselves to other servers.");

  public static final Param<Integer> TCP_PORT =
      SET.integer(
          "smtp_tcp_port",
          "25",
          Bounds.atLeast("1"),
          "The port of other servers, where a next hop does not name one.");

  static final ConversationParams CONVERSATION = new ConversationParams(SET);

  public static final Param<Integer> ADDRESS_LIMIT =
      SET.integer(
          "smtp_mx_address_limit",
          "5",
          Bounds.atLeast("1"),
          "How many addresses are tried in one attempt; of a domain's mail exchangers, the best 20 are"
              + " looked up at most.");

  public static final Param<List<Network>> SPECIAL_NETWORKS =
      SET.value(
          "smtp_special_networks",
          "",
          "address blocks such as 127.0.0.0/8 or [fe80::]/10",
          SmtpClientParams::networks,
          networks -> networks.stream().map(Network::toString).collect(Collectors.joining(", ")),
          """
          Loopback, link-local and other special addresses that a name may lead to. Without it they \
          are left out of what the DNS says; a relayhost that is localhost or an address needs no \
          entry.""");

  public static final Param<Duration> CACHE_TIME =
      SET.time(
          "smtp_connection_cache_time_limit",
          "2s",
          "How long a connection is kept for the next mail.");

  public static final Param<Duration> REUSE_TIME =
      SET.time("smtp_connection_reuse_time_limit", "300s", "How long a connection is used in all.");

  public static final Param<Integer> LINE_LENGTH =
      SET.integer(
          "smtp_line_length_limit",
          "998",
          Bounds.atLeast("12"),
          "Longer lines of the content are folded.");

  public static final Param<List<String>> GENERIC_MAPS =
      SET.list(
          "smtp_generic_maps",
          "",
          """
          Tables of generic(5): addresses of ours and what other hosts see in their place, in envelope
          and header.\
          """);

  public static final Param<String> OLD_FALLBACK_RELAY =
      SET.text("fallback_relay", "", "What smtp_fallback_relay was called before.");

  public static final Param<List<NextHop>> FALLBACK_RELAY =
      SET.value(
          "smtp_fallback_relay",
          "$fallback_relay",
          "next hops, or nothing",
          SmtpClientParams::nextHops,
          hops -> hops.stream().map(NextHop::toString).collect(Collectors.joining(", ")),
          """
          Next hops, written as in relayhost, for mail whose own is not found, cannot be reached or \
          puts it off (4xx). Not for domains that take no mail, and not for those whose mail exchanger \
          we are.""");

  public static final Param<Boolean> NO_DNS =
      SET.bool(
          "disable_dns_lookups",
          "no",
          "Whether names of next hops are those of hosts, whose mail exchangers are not looked up.");

  public static final Param<Boolean> ALWAYS_EHLO =
      SET.bool(
          "smtp_always_send_ehlo",
          "yes",
          "Whether EHLO is said to servers, too, whose greeting does not have the word ESMTP.");

  public static final Param<Boolean> NEVER_EHLO =
      SET.bool(
          "smtp_never_send_ehlo",
          "no",
          "Whether HELO is said to all servers, and nothing is used that they would offer.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private SmtpClientParams() {}

  private static List<Network> networks(String text) {
    try {
      return Stream.of(text.split("[,\\s]+"))
          .filter(item -> !item.isEmpty())
          .map(Network::parse)
          .toList();
    } catch (MalformedAddress e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }

  private static List<NextHop> nextHops(String text) {
    try {
      return text.isBlank() ? List.of() : NextHop.list(text, PLAIN_SMTP);
    } catch (NextHop.Malformed e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }

  /** The options that settings ask for. */
  static SmtpClientOptions options(
      Settings settings, Set<String> ownNames, Set<InetAddress> ownAddresses) {
    return new SmtpClientOptions(
        settings.get(HELO_NAME),
        ownNames,
        ownAddresses,
        settings.get(SPECIAL_NETWORKS),
        settings.get(TCP_PORT),
        settings.get(QueueParams.MINIMAL_BACKOFF),
        CONVERSATION.sources(settings),
        CONVERSATION.timeouts(settings),
        CONVERSATION.manners(settings, settings.get(ALWAYS_EHLO), settings.get(NEVER_EHLO)),
        settings.get(ADDRESS_LIMIT),
        CONVERSATION.sessions(settings),
        settings.get(CACHE_TIME),
        settings.get(REUSE_TIME),
        settings.get(LINE_LENGTH),
        settings.get(FALLBACK_RELAY),
        Dialect.SMTP,
        Path.of(""),
        looksUpExchangers(settings));
  }

  private static boolean looksUpExchangers(Settings settings) {
    DnsSupport support = settings.get(TlsParams.DNS_SUPPORT);
    return support == DnsSupport.UNSAID ? !settings.get(NO_DNS) : support != DnsSupport.DISABLED;
  }

  /**
   * The options of one that speaks LMTP. Hosts have no mail exchangers, and may be this machine.
   *
   * @param seen by LMTP
   */
  static SmtpClientOptions lmtp(Settings seen) {
    return new SmtpClientOptions(
        seen.get(HELO_NAME),
        Set.of(),
        Set.of(),
        seen.get(SPECIAL_NETWORKS),
        seen.get(TCP_PORT),
        seen.get(QueueParams.MINIMAL_BACKOFF),
        CONVERSATION.sources(seen),
        CONVERSATION.timeouts(seen),
        CONVERSATION.manners(seen, true, false),
        seen.get(ADDRESS_LIMIT),
        CONVERSATION.sessions(seen),
        seen.get(CACHE_TIME),
        seen.get(REUSE_TIME),
        seen.get(LINE_LENGTH),
        List.of(),
        Dialect.LMTP,
        Path.of(seen.expandedText("queue_directory").orElse("")),
        false);
  }
}
