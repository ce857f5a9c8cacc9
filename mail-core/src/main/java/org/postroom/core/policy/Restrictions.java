package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;
import static org.postroom.core.restriction.Verdict.OK;
import static org.postroom.core.restriction.Verdict.PROVEN;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.restriction.Verdict;

/**
 * The catalogue of restrictions: a name and a row each. A new restriction is these and its factory.
 * What permits says {@link Verdict#PROVEN} only if it knows who the client is.
 */
public final class Restrictions {

  /** What stands behind a name. */
  enum Argument {
    NONE(""),
    /** The name of a list in the DNS, perhaps with a filter. */
    DNS_LIST("list.example or list.example=filter"),
    /** A whole number of seconds. */
    SECONDS("seconds"),
    /** A look-up table. */
    TABLE("type:name"),
    /** A policy server, perhaps with options. */
    SERVER("inet:host:port, unix:path, or { either, option=value ... }"),
    /** Whatever the application that has added it takes. */
    TEXT("anything");

    private final String form;

    Argument(String form) {
      this.form = form;
    }

    /** How it is written, for people. */
    String form() {
      return form;
    }

    /** Whether a table's value may be such a restriction: what is opened is opened at the start. */
    boolean mayStandInTables() {
      return this != TABLE && this != SERVER && this != TEXT;
    }
  }

  /** Makes a restriction of its argument; {@code BadValue} for one that cannot be obeyed. */
  interface Factory {
    HouseRestriction make(Ingredients in, String argument);
  }

  record Row(String name, Argument argument, Effect effect, Factory factory, String doc) {}

  /** What lists may name, in the order of the catalogue. */
  static final List<String> NAMES =
      List.of(
          "permit",
          "reject",
          "defer",
          "defer_if_permit",
          "defer_if_reject",
          "sleep",
          "permit_mynetworks",
          "permit_inet_interfaces",
          "permit_sasl_authenticated",
          "permit_auth_destination",
          "reject_unauth_destination",
          "defer_unauth_destination",
          "reject_unauth_pipelining",
          "reject_plaintext_session",
          "reject_unknown_client_hostname",
          "reject_unknown_client",
          "reject_unknown_reverse_client_hostname",
          "reject_invalid_helo_hostname",
          "reject_invalid_hostname",
          "reject_non_fqdn_helo_hostname",
          "reject_non_fqdn_hostname",
          "reject_unknown_helo_hostname",
          "reject_unknown_hostname",
          "reject_non_fqdn_sender",
          "reject_non_fqdn_recipient",
          "reject_unknown_sender_domain",
          "reject_unknown_address",
          "reject_unknown_recipient_domain",
          AddressRules.UNLISTED_SENDER,
          AddressRules.UNLISTED_RECIPIENT,
          "check_recipient_maps",
          "reject_multi_recipient_bounce",
          "reject_sender_login_mismatch",
          "reject_authenticated_sender_login_mismatch",
          "reject_unauthenticated_sender_login_mismatch",
          "reject_known_sender_login_mismatch",
          "check_client_access",
          "check_reverse_client_hostname_access",
          "check_helo_access",
          "check_sender_access",
          "check_recipient_access",
          "check_sasl_access",
          "check_client_a_access",
          "check_client_ns_access",
          "check_client_mx_access",
          "check_reverse_client_hostname_a_access",
          "check_reverse_client_hostname_ns_access",
          "check_reverse_client_hostname_mx_access",
          "check_helo_a_access",
          "check_helo_ns_access",
          "check_helo_mx_access",
          "check_sender_a_access",
          "check_sender_ns_access",
          "check_sender_mx_access",
          "check_recipient_a_access",
          "check_recipient_ns_access",
          "check_recipient_mx_access",
          "check_policy_service",
          "reject_rbl_client",
          "reject_rbl",
          "reject_rhsbl_client",
          "reject_rhsbl_reverse_client",
          "reject_rhsbl_helo",
          "reject_rhsbl_sender",
          "reject_rhsbl_recipient",
          "permit_dnswl_client",
          "permit_rhswl_client");

  private Restrictions() {}

  /**
   * A restriction, for people.
   *
   * @param argument how what stands behind it is written; empty where nothing does
   * @param isTableValue whether it may be the value of an access(5) table
   * @param relaying what it does to a stranger's mail for elsewhere; empty where nobody can tell
   */
  public record Described(
      String name, String argument, boolean isTableValue, String relaying, String doc) {}

  /** All of them, in the order of the catalogue. */
  public static List<Described> described() {
    return NAMES.stream()
        .map(Restrictions::made)
        .map(
            row ->
                new Described(
                    row.name(),
                    row.argument().form(),
                    row.argument().mayStandInTables(),
                    row.effect().words(),
                    row.doc()))
        .toList();
  }

  static Optional<Row> named(String name) {
    String known = name.toLowerCase(Locale.ROOT);
    return NAMES.contains(known) ? Optional.of(made(known)) : Optional.empty();
  }

  /**
   * The catalogue. A row is made when somebody asks for it, and so are its functions: a first start
   * has use for five rows, and would wait for all.
   */
  private static Row made(String name) {
    return switch (name) {
      case "permit" -> row(name, Effect.PERMITS_ALL, in -> (mail, facts) -> PROVEN, "Permits.");
      case "reject" -> row(name, Effect.REFUSES_ALL, ListRules::reject, "Refuses for good.");
      case "defer" -> row(name, Effect.REFUSES_ALL, ListRules::defer, "Refuses for now.");
      case "defer_if_permit" ->
          row(
              name,
              Effect.DENIES_RELAY,
              ListRules::deferIfPermit,
              "Refuses for now, unless something refuses for good.");
      case "defer_if_reject" ->
          row(
              name,
              Effect.NEUTRAL,
              ListRules::deferIfReject,
              "Makes of a refusal for good one for now.");
      case "sleep" ->
          new Row(
              name,
              Argument.SECONDS,
              Effect.NEUTRAL,
              ListRules::sleep,
              "Lets the client wait so many seconds.");
      case "permit_mynetworks" ->
          row(
              name,
              Effect.PERMITS_SOME,
              ClientRules::permitMynetworks,
              "Permits clients in mynetworks.");
      case "permit_inet_interfaces" ->
          row(
              name,
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> in.own().contain(mail.client().address()) ? PROVEN : DUNNO,
              "Permits clients with an address of this host.");
      case "permit_sasl_authenticated" ->
          row(
              name,
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> mail.client().login().isPresent() ? PROVEN : DUNNO,
              "Permits clients that have authenticated.");
      case "permit_auth_destination" ->
          row(
              name,
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> RecipientRules.authorized(in, mail) ? OK : DUNNO,
              "Permits recipients in our domains.");
      case "reject_unauth_destination" ->
          row(
              name,
              Effect.DENIES_RELAY,
              in -> RecipientRules.unauthorized(in, code -> code),
              "Refuses recipients elsewhere for good.");
      case "defer_unauth_destination" ->
          row(
              name,
              Effect.DENIES_RELAY,
              in -> RecipientRules.unauthorized(in, code -> code - 100),
              "Refuses recipients elsewhere for now.");
      case "reject_unauth_pipelining" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> ClientRules::rejectUnauthPipelining,
              "Refuses clients that went on before an answer they had to wait for.");
      case "reject_plaintext_session" ->
          row(
              name,
              Effect.NEUTRAL,
              ClientRules::rejectPlaintextSession,
              "Refuses clients without TLS.");
      case "reject_unknown_client_hostname" ->
          row(
              name,
              Effect.NEUTRAL,
              ClientRules::rejectUnknownClient,
              "Refuses clients without a name that leads back to their address.");
      case "reject_unknown_client" -> alias(name, ClientRules::rejectUnknownClient);
      case "reject_unknown_reverse_client_hostname" ->
          row(
              name,
              Effect.NEUTRAL,
              ClientRules::rejectUnknownReverse,
              "Refuses clients whose address has no name.");
      case "reject_invalid_helo_hostname" ->
          row(
              name,
              Effect.NEUTRAL,
              HeloRules::rejectInvalid,
              "Refuses clients that call themselves what is no name.");
      case "reject_invalid_hostname" -> alias(name, HeloRules::rejectInvalid);
      case "reject_non_fqdn_helo_hostname" ->
          row(
              name,
              Effect.NEUTRAL,
              HeloRules::rejectNonFqdn,
              "Refuses clients that call themselves by less than a whole name.");
      case "reject_non_fqdn_hostname" -> alias(name, HeloRules::rejectNonFqdn);
      case "reject_unknown_helo_hostname" ->
          row(
              name,
              Effect.NEUTRAL,
              HeloRules::rejectUnknown,
              "Refuses clients that call themselves by a name that the DNS does not know.");
      case "reject_unknown_hostname" -> alias(name, HeloRules::rejectUnknown);
      case "reject_non_fqdn_sender" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectNonFqdn(in, Party.SENDER),
              "Refuses senders without a whole domain.");
      case "reject_non_fqdn_recipient" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectNonFqdn(in, Party.RECIPIENT),
              "Refuses recipients without a whole domain.");
      case "reject_unknown_sender_domain" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnknownDomain(in, Party.SENDER),
              "Refuses senders in a domain that takes no mail.");
      case "reject_unknown_address" ->
          alias(name, in -> AddressRules.rejectUnknownDomain(in, Party.SENDER));
      case "reject_unknown_recipient_domain" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnknownDomain(in, Party.RECIPIENT),
              "Refuses recipients in a domain that takes no mail.");
      case AddressRules.UNLISTED_SENDER ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnlisted(Party.SENDER),
              "Refuses senders in our domains whom nobody knows.");
      case AddressRules.UNLISTED_RECIPIENT ->
          row(
              name,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnlisted(Party.RECIPIENT),
              "Refuses recipients in our domains whom nobody knows.");
      case "check_recipient_maps" ->
          alias(name, in -> AddressRules.rejectUnlisted(Party.RECIPIENT));
      case "reject_multi_recipient_bounce" ->
          row(
              name,
              Effect.NEUTRAL,
              RecipientRules::rejectMultiRecipientBounce,
              "Refuses reports to several recipients.");
      case "reject_sender_login_mismatch" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectMismatch,
              "Refuses senders that belong to another than who has logged in.");
      case "reject_authenticated_sender_login_mismatch" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectOthers,
              "Refuses clients that have logged in a sender that is not theirs.");
      case "reject_unauthenticated_sender_login_mismatch" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectStrangers,
              "Refuses clients that have not logged in a sender that is somebody's.");
      case "reject_known_sender_login_mismatch" ->
          row(
              name,
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectKnown,
              "Refuses senders that are somebody's, but not the client's.");
      case "check_client_access" ->
          table(name, AccessRules::client, "What a table says of the client's name or address.");
      case "check_reverse_client_hostname_access" ->
          table(
              name,
              AccessRules::reverseName,
              "What a table says of the client's unverified name; never a permission.");
      case "check_helo_access" ->
          table(name, AccessRules::helo, "What a table says of what the client calls itself.");
      case "check_sender_access" ->
          table(name, AccessRules::sender, "What a table says of the sender.");
      case "check_recipient_access" ->
          table(name, AccessRules::recipient, "What a table says of the recipient.");
      case "check_sasl_access" ->
          table(name, AccessRules::login, "What a table says of who has logged in.");
      case "check_client_a_access" ->
          servers(
              name,
              ServerRules.Kind.A,
              Party.CLIENT_NAME,
              "What a table says of the addresses of the client's name; never a permission.");
      case "check_client_ns_access" ->
          servers(
              name,
              ServerRules.Kind.NS,
              Party.CLIENT_NAME,
              "What a table says of the name servers of the client's name; never a permission.");
      case "check_client_mx_access" ->
          servers(
              name,
              ServerRules.Kind.MX,
              Party.CLIENT_NAME,
              "What a table says of the mail exchangers of the client's name; never a permission.");
      case "check_reverse_client_hostname_a_access" ->
          servers(
              name,
              ServerRules.Kind.A,
              Party.REVERSE_NAME,
              "What a table says of the addresses of the client's unverified name; never a permission.");
      case "check_reverse_client_hostname_ns_access" ->
          servers(
              name,
              ServerRules.Kind.NS,
              Party.REVERSE_NAME,
              "What a table says of the name servers of the client's unverified name; never a permission.");
      case "check_reverse_client_hostname_mx_access" ->
          servers(
              name,
              ServerRules.Kind.MX,
              Party.REVERSE_NAME,
              "What a table says of the mail exchangers of the client's unverified name; never a permission.");
      case "check_helo_a_access" ->
          servers(
              name,
              ServerRules.Kind.A,
              Party.HELO,
              "What a table says of the addresses of the client's own word; never a permission.");
      case "check_helo_ns_access" ->
          servers(
              name,
              ServerRules.Kind.NS,
              Party.HELO,
              "What a table says of the name servers of the client's own word; never a permission.");
      case "check_helo_mx_access" ->
          servers(
              name,
              ServerRules.Kind.MX,
              Party.HELO,
              "What a table says of the mail exchangers of the client's own word; never a permission.");
      case "check_sender_a_access" ->
          servers(
              name,
              ServerRules.Kind.A,
              Party.SENDER,
              "What a table says of the addresses of the sender's domain; never a permission.");
      case "check_sender_ns_access" ->
          servers(
              name,
              ServerRules.Kind.NS,
              Party.SENDER,
              "What a table says of the name servers of the sender's domain; never a permission.");
      case "check_sender_mx_access" ->
          servers(
              name,
              ServerRules.Kind.MX,
              Party.SENDER,
              "What a table says of the mail exchangers of the sender's domain; never a permission.");
      case "check_recipient_a_access" ->
          servers(
              name,
              ServerRules.Kind.A,
              Party.RECIPIENT,
              "What a table says of the addresses of the recipient's domain; never a permission.");
      case "check_recipient_ns_access" ->
          servers(
              name,
              ServerRules.Kind.NS,
              Party.RECIPIENT,
              "What a table says of the name servers of the recipient's domain; never a permission.");
      case "check_recipient_mx_access" ->
          servers(
              name,
              ServerRules.Kind.MX,
              Party.RECIPIENT,
              "What a table says of the mail exchangers of the recipient's domain; never a permission.");
      case "check_policy_service" ->
          new Row(
              name,
              Argument.SERVER,
              Effect.NEUTRAL,
              PolicyServiceRules::check,
              "What a policy server says: any action of access(5); never permits relaying.");
      case "reject_rbl_client" ->
          list(name, Party.CLIENT, "Refuses clients whose address is listed.");
      case "reject_rbl" -> list(name, Party.CLIENT, "The same as reject_rbl_client.");
      case "reject_rhsbl_client" ->
          list(name, Party.CLIENT_NAME, "Refuses clients whose name is listed.");
      case "reject_rhsbl_reverse_client" ->
          list(name, Party.REVERSE_NAME, "Refuses clients whose unverified name is listed.");
      case "reject_rhsbl_helo" ->
          list(name, Party.HELO, "Refuses clients whose own word is listed.");
      case "reject_rhsbl_sender" ->
          list(name, Party.SENDER, "Refuses senders whose domain is listed.");
      case "reject_rhsbl_recipient" ->
          list(name, Party.RECIPIENT, "Refuses recipients whose domain is listed.");
      case "permit_dnswl_client" ->
          new Row(
              name,
              Argument.DNS_LIST,
              Effect.NEUTRAL,
              (in, list) -> DnsLists.permit(list, Party.CLIENT),
              "Permits clients whose address is listed; never relaying.");
      case "permit_rhswl_client" ->
          new Row(
              name,
              Argument.DNS_LIST,
              Effect.NEUTRAL,
              (in, list) -> DnsLists.permit(list, Party.CLIENT_NAME),
              "Permits clients whose name is listed; never relaying.");
      default -> throw new IllegalArgumentException("no restriction: " + name);
    };
  }

  private static Row row(
      String name, Effect effect, Function<Ingredients, HouseRestriction> factory, String doc) {
    return new Row(name, Argument.NONE, effect, (in, argument) -> factory.apply(in), doc);
  }

  private static Row alias(String name, Function<Ingredients, HouseRestriction> factory) {
    return row(name, Effect.NEUTRAL, factory, "An older name.");
  }

  private static Row table(String name, Factory factory, String doc) {
    return new Row(name, Argument.TABLE, Effect.NEUTRAL, factory, doc);
  }

  private static Row servers(String name, ServerRules.Kind kind, Party party, String doc) {
    return table(name, (in, table) -> ServerRules.of(in, table, kind, party), doc);
  }

  private static Row list(String name, Party party, String doc) {
    return new Row(
        name,
        Argument.DNS_LIST,
        Effect.NEUTRAL,
        (in, list) -> DnsLists.reject(in, list, party),
        doc);
  }
}
