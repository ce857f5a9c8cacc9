package org.postroom.core.policy;

import java.util.List;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.MatchItems;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.config.Trait;
import org.postroom.core.policy.service.PolicyServiceParams;
import org.postroom.core.table.RecipientDelimiter;

/** Who we are, which domains are ours, whom we trust, and who may relay. */
public final class PolicyParams {

  private static final ParamSet.Builder SET = ParamSet.named("policy");

  public static final Param<String> MYHOSTNAME =
      SET.text(
          "myhostname",
          "localhost.localdomain",
          "The name of this host. By default the operating system's; never looked up in the DNS.");

  public static final Param<String> MYDOMAIN =
      SET.derived(
          "mydomain",
          "$myhostname",
          PolicyParams::parent,
          "By default myhostname without its first label.");

  public static final Param<String> MYORIGIN =
      SET.textOrFile(
          "myorigin",
          "$myhostname",
          "What is appended to an address without a domain; or a file that begins with it.");

  public static final Param<Boolean> APPEND_DOT_MYDOMAIN =
      SET.bool(
          "append_dot_mydomain",
          "${{$compatibility_level} <level {1} ? {yes} : {no}}",
          "Whether mydomain is appended to an address whose domain is one word.");

  public static final Param<String> RECIPIENT_DELIMITER =
      SET.text(
          "recipient_delimiter",
          "",
          """
          The characters that part a user from an extension in a local part; the first one that
          occurs counts. Without any, user+list is another user than user.\
          """);

  public static final Param<Boolean> OWNER_REQUEST_SPECIAL =
      SET.bool(
          "owner_request_special",
          "yes",
          """
          Whether owner-list and list-request are names that no delimiter parts, and mail for an alias
          of which there is an owner-alias comes from that.\
          """);

  public static final Param<String> MAIL_NAME =
      SET.text("mail_name", "Postroom", "The name in the greeting and in reports.");

  public static final Param<List<String>> MYDESTINATION =
      SET.matchList(
          "mydestination",
          "$myhostname, localhost.$mydomain, localhost",
          "The domains whose users are this host's own.");

  public static final Param<List<String>> INET_INTERFACES =
      SET.list(
          "inet_interfaces",
          "all",
          "Where to listen: all, loopback-only, or addresses and host names.");

  public static final Param<List<String>> INET_PROTOCOLS =
      SET.value(
          "inet_protocols",
          "all",
          "all, or one or both of ipv4 and ipv6",
          PolicyParams::protocols,
          protocols -> String.join(", ", protocols),
          "all, ipv4, ipv6: for listening and sending.",
          Trait.RESTART);

  public static final Param<List<String>> PROXY_INTERFACES =
      SET.list("proxy_interfaces", "", "Addresses of translators that are this host as well.");

  public static final Param<List<String>> MYNETWORKS =
      SET.matchList(
          "mynetworks",
          "",
          "Clients that may relay. Computed by mynetworks_style where it is not given.");

  public static final Param<MynetworksStyle> MYNETWORKS_STYLE =
      SET.choice(
          "mynetworks_style",
          "${{$compatibility_level} <level {2} ? {subnet} : {host}}",
          MynetworksStyle.class,
          "Which neighbours are trusted where mynetworks is not given: host, subnet, class.");

  public static final Param<List<String>> LIMIT_EXCEPTIONS =
      SET.matchList(
          "smtpd_client_event_limit_exceptions",
          "$mynetworks",
          "Clients whom no limit for strangers binds, and none of smtpd_client_*_limit.");

  public static final Param<List<String>> RELAY_DOMAINS =
      SET.matchList(
          "relay_domains",
          "${{$compatibility_level} <level {2} ? {$mydestination} : {}}",
          "Domains that we take mail for and pass on.");

  public static final Param<List<String>> VIRTUAL_ALIAS_MAPS =
      SET.list(
          "virtual_alias_maps",
          "",
          "Tables of virtual(5): addresses of any domain and those that they stand for.");

  public static final Param<List<String>> VIRTUAL_ALIAS_DOMAINS =
      SET.matchList(
          "virtual_alias_domains",
          "$virtual_alias_maps",
          "Domains whose addresses are all aliases for others.");

  public static final Param<List<String>> VIRTUAL_MAILBOX_DOMAINS =
      SET.matchList(
          "virtual_mailbox_domains",
          "$virtual_mailbox_maps",
          "Domains whose users are accounts with the whole address as their name.");

  public static final Param<List<String>> VIRTUAL_MAILBOX_MAPS =
      SET.list(
          "virtual_mailbox_maps",
          "",
          """
          Tables of the addresses that there are in virtual_mailbox_domains; without them all accounts
          are. Whose own address has no account has the mailbox of the account that the result means:
          an address, or a path that ends with domain and user, or with the user.\
          """);

  public static final Param<List<String>> RELAY_RECIPIENT_MAPS =
      SET.list(
          "relay_recipient_maps",
          "",
          "Tables of the addresses that there are in relay_domains; without them all that are said.");

  public static final Param<List<String>> SUBMIT_USERS =
      SET.matchList(
          "authorized_submit_users",
          "static:anyone",
          "Users of this machine who may hand in mail by the command sendmail.");

  public static final Param<List<String>> MAILQ_USERS =
      SET.matchList(
          "authorized_mailq_users",
          "static:anyone",
          "Users of this machine who may see the queue by mailq and postqueue, where submit_socket"
              + " says by which socket; root and the server's own user always may.");

  public static final Param<List<String>> FLUSH_USERS =
      SET.matchList(
          "authorized_flush_users",
          "static:anyone",
          "Users of this machine who may have waiting mail tried by sendmail -q and postqueue -f, -i"
              + " and -s, as authorized_mailq_users.");

  public static final Param<List<String>> FAST_FLUSH_DOMAINS =
      SET.partly(
          SET.matchList(
              "fast_flush_domains",
              "$relay_domains",
              "Domains whose mail the command postqueue -s has tried at once."),
          "ETRN is not offered");

  public static final Param<List<String>> DEBUG_PEERS =
      SET.matchList(
          "debug_peer_list",
          "",
          """
          Hosts, by name, domain, address or block: what is said in SMTP and LMTP with them, as client \
          or server, is in the log line by line, without content and without what logs somebody in.""");

  public static final Param<List<String>> AUTHORIZED_VERP_CLIENTS =
      SET.matchList(
          "authorized_verp_clients", "", "What smtpd_authorized_verp_clients is by default.");

  public static final Param<List<String>> VERP_CLIENTS =
      SET.matchList(
          "smtpd_authorized_verp_clients",
          "$authorized_verp_clients",
          """
          Clients, by name, domain, address or block, that may ask with XVERP for a sender of its own \
          for each recipient: list+user=far.test@example.org.""");

  public static final Param<List<String>> PARENT_DOMAIN_MATCHES_SUBDOMAINS =
      SET.matchList(
          "parent_domain_matches_subdomains",
          "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,"
              + "qmqpd_authorized_clients,relay_domains,smtpd_access_maps",
          "Lists in which example.com stands for its subdomains too.");

  public static final Param<Boolean> ALLOW_UNTRUSTED_ROUTING =
      SET.bool(
          "allow_untrusted_routing",
          "no",
          "Whether strangers may write @, % or ! into the local part of our addresses.");

  public static final Param<List<String>> SMTPD_RELAY_RESTRICTIONS =
      SET.list(
          "smtpd_relay_restrictions",
          "${{$compatibility_level} <level {1} ? {} :"
              + " {permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}",
          "Who may send where; judged before smtpd_recipient_restrictions.");

  public static final Param<List<String>> SMTPD_RECIPIENT_RESTRICTIONS =
      SET.list("smtpd_recipient_restrictions", "", "What else is asked of a recipient.");

  public static final Param<Integer> RELAY_DOMAINS_REJECT_CODE =
      SET.replyCode("relay_domains_reject_code", "554", "Of reject_unauth_destination.");

  public static final Param<Integer> REJECT_CODE =
      SET.replyCode("reject_code", "554", "Of reject.");

  public static final Param<Integer> DEFER_CODE = SET.replyCode("defer_code", "450", "Of defer.");

  public static final Param<Integer> UNKNOWN_LOCAL_RECIPIENT_REJECT_CODE =
      SET.replyCode(
          "unknown_local_recipient_reject_code", "550", "For a user that this host has not.");

  public static final Param<Integer> UNKNOWN_VIRTUAL_ALIAS_REJECT_CODE =
      SET.replyCode("unknown_virtual_alias_reject_code", "550", "For an alias that is not there.");

  public static final Param<Integer> UNKNOWN_VIRTUAL_MAILBOX_REJECT_CODE =
      SET.replyCode(
          "unknown_virtual_mailbox_reject_code", "550", "For a mailbox that is not there.");

  public static final Param<Integer> UNKNOWN_RELAY_RECIPIENT_REJECT_CODE =
      SET.replyCode(
          "unknown_relay_recipient_reject_code", "550", "For an address we do not relay to.");

  static {
    SET.includeAll(RestrictionParams.PART);
    SET.includeAll(PolicyServiceParams.PART);
  }

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private PolicyParams() {}

  private static List<String> protocols(String text) {
    List<String> items = MatchItems.of(text).items();
    if (items.isEmpty() || !List.of("all", "ipv4", "ipv6").containsAll(items)) {
      throw new BadValue("");
    }
    return items;
  }

  static RecipientDelimiter delimiter(Settings settings) {
    return new RecipientDelimiter(
        settings.get(RECIPIENT_DELIMITER), settings.get(OWNER_REQUEST_SPECIAL));
  }

  private static String parent(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? "localdomain" : host.substring(dot + 1);
  }
}
