package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;
import static org.postroom.core.restriction.Verdict.OK;
import static org.postroom.core.restriction.Verdict.PROVEN;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postroom.core.restriction.Verdict;

/**
 * The catalogue of restrictions: one row each. A new restriction is a row and its factory. What
 * permits says {@link Verdict#PROVEN} only if it knows who the client is.
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

  static final List<Row> ALL =
      List.of(
          row("permit", Effect.PERMITS_ALL, in -> (mail, facts) -> PROVEN, "Permits."),
          row("reject", Effect.REFUSES_ALL, ListRules::reject, "Refuses for good."),
          row("defer", Effect.REFUSES_ALL, ListRules::defer, "Refuses for now."),
          row(
              "defer_if_permit",
              Effect.DENIES_RELAY,
              ListRules::deferIfPermit,
              "Refuses for now, unless something refuses for good."),
          row(
              "defer_if_reject",
              Effect.NEUTRAL,
              ListRules::deferIfReject,
              "Makes of a refusal for good one for now."),
          new Row(
              "sleep",
              Argument.SECONDS,
              Effect.NEUTRAL,
              ListRules::sleep,
              "Lets the client wait so many seconds."),
          row(
              "permit_mynetworks",
              Effect.PERMITS_SOME,
              ClientRules::permitMynetworks,
              "Permits clients in mynetworks."),
          row(
              "permit_inet_interfaces",
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> in.own().contain(mail.client().address()) ? PROVEN : DUNNO,
              "Permits clients with an address of this host."),
          row(
              "permit_sasl_authenticated",
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> mail.client().login().isPresent() ? PROVEN : DUNNO,
              "Permits clients that have authenticated."),
          row(
              "permit_auth_destination",
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> RecipientRules.authorized(in, mail) ? OK : DUNNO,
              "Permits recipients in our domains."),
          row(
              "reject_unauth_destination",
              Effect.DENIES_RELAY,
              in -> RecipientRules.unauthorized(in, code -> code),
              "Refuses recipients elsewhere for good."),
          row(
              "defer_unauth_destination",
              Effect.DENIES_RELAY,
              in -> RecipientRules.unauthorized(in, code -> code - 100),
              "Refuses recipients elsewhere for now."),
          row(
              "reject_unauth_pipelining",
              Effect.NEUTRAL,
              in -> ClientRules::rejectUnauthPipelining,
              "Refuses clients that went on before an answer they had to wait for."),
          row(
              "reject_plaintext_session",
              Effect.NEUTRAL,
              ClientRules::rejectPlaintextSession,
              "Refuses clients without TLS."),
          row(
              "reject_unknown_client_hostname",
              Effect.NEUTRAL,
              ClientRules::rejectUnknownClient,
              "Refuses clients without a name that leads back to their address."),
          alias("reject_unknown_client", ClientRules::rejectUnknownClient),
          row(
              "reject_unknown_reverse_client_hostname",
              Effect.NEUTRAL,
              ClientRules::rejectUnknownReverse,
              "Refuses clients whose address has no name."),
          row(
              "reject_invalid_helo_hostname",
              Effect.NEUTRAL,
              HeloRules::rejectInvalid,
              "Refuses clients that call themselves what is no name."),
          alias("reject_invalid_hostname", HeloRules::rejectInvalid),
          row(
              "reject_non_fqdn_helo_hostname",
              Effect.NEUTRAL,
              HeloRules::rejectNonFqdn,
              "Refuses clients that call themselves by less than a whole name."),
          alias("reject_non_fqdn_hostname", HeloRules::rejectNonFqdn),
          row(
              "reject_unknown_helo_hostname",
              Effect.NEUTRAL,
              HeloRules::rejectUnknown,
              "Refuses clients that call themselves by a name that the DNS does not know."),
          alias("reject_unknown_hostname", HeloRules::rejectUnknown),
          row(
              "reject_non_fqdn_sender",
              Effect.NEUTRAL,
              in -> AddressRules.rejectNonFqdn(in, Party.SENDER),
              "Refuses senders without a whole domain."),
          row(
              "reject_non_fqdn_recipient",
              Effect.NEUTRAL,
              in -> AddressRules.rejectNonFqdn(in, Party.RECIPIENT),
              "Refuses recipients without a whole domain."),
          row(
              "reject_unknown_sender_domain",
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnknownDomain(in, Party.SENDER),
              "Refuses senders in a domain that takes no mail."),
          alias("reject_unknown_address", in -> AddressRules.rejectUnknownDomain(in, Party.SENDER)),
          row(
              "reject_unknown_recipient_domain",
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnknownDomain(in, Party.RECIPIENT),
              "Refuses recipients in a domain that takes no mail."),
          row(
              AddressRules.UNLISTED_SENDER,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnlisted(Party.SENDER),
              "Refuses senders in our domains whom nobody knows."),
          row(
              AddressRules.UNLISTED_RECIPIENT,
              Effect.NEUTRAL,
              in -> AddressRules.rejectUnlisted(Party.RECIPIENT),
              "Refuses recipients in our domains whom nobody knows."),
          alias("check_recipient_maps", in -> AddressRules.rejectUnlisted(Party.RECIPIENT)),
          row(
              "reject_multi_recipient_bounce",
              Effect.NEUTRAL,
              RecipientRules::rejectMultiRecipientBounce,
              "Refuses reports to several recipients."),
          row(
              "reject_sender_login_mismatch",
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectMismatch,
              "Refuses senders that belong to another than who has logged in."),
          row(
              "reject_authenticated_sender_login_mismatch",
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectOthers,
              "Refuses clients that have logged in a sender that is not theirs."),
          row(
              "reject_unauthenticated_sender_login_mismatch",
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectStrangers,
              "Refuses clients that have not logged in a sender that is somebody's."),
          row(
              "reject_known_sender_login_mismatch",
              Effect.NEUTRAL,
              in -> OwnershipRules::rejectKnown,
              "Refuses senders that are somebody's, but not the client's."),
          table(
              "check_client_access",
              AccessRules::client,
              "What a table says of the client's name or address."),
          table(
              "check_reverse_client_hostname_access",
              AccessRules::reverseName,
              "What a table says of the client's unverified name; never a permission."),
          table(
              "check_helo_access",
              AccessRules::helo,
              "What a table says of what the client calls itself."),
          table("check_sender_access", AccessRules::sender, "What a table says of the sender."),
          table(
              "check_recipient_access",
              AccessRules::recipient,
              "What a table says of the recipient."),
          table("check_sasl_access", AccessRules::login, "What a table says of who has logged in."),
          servers(
              "check_client_a_access",
              ServerRules.Kind.A,
              Party.CLIENT_NAME,
              "What a table says of the addresses of the client's name; never a permission."),
          servers(
              "check_client_ns_access",
              ServerRules.Kind.NS,
              Party.CLIENT_NAME,
              "What a table says of the name servers of the client's name; never a permission."),
          servers(
              "check_client_mx_access",
              ServerRules.Kind.MX,
              Party.CLIENT_NAME,
              "What a table says of the mail exchangers of the client's name; never a permission."),
          servers(
              "check_reverse_client_hostname_a_access",
              ServerRules.Kind.A,
              Party.REVERSE_NAME,
              "What a table says of the addresses of the client's unverified name; never a permission."),
          servers(
              "check_reverse_client_hostname_ns_access",
              ServerRules.Kind.NS,
              Party.REVERSE_NAME,
              "What a table says of the name servers of the client's unverified name; never a permission."),
          servers(
              "check_reverse_client_hostname_mx_access",
              ServerRules.Kind.MX,
              Party.REVERSE_NAME,
              "What a table says of the mail exchangers of the client's unverified name; never a permission."),
          servers(
              "check_helo_a_access",
              ServerRules.Kind.A,
              Party.HELO,
              "What a table says of the addresses of the client's own word; never a permission."),
          servers(
              "check_helo_ns_access",
              ServerRules.Kind.NS,
              Party.HELO,
              "What a table says of the name servers of the client's own word; never a permission."),
          servers(
              "check_helo_mx_access",
              ServerRules.Kind.MX,
              Party.HELO,
              "What a table says of the mail exchangers of the client's own word; never a permission."),
          servers(
              "check_sender_a_access",
              ServerRules.Kind.A,
              Party.SENDER,
              "What a table says of the addresses of the sender's domain; never a permission."),
          servers(
              "check_sender_ns_access",
              ServerRules.Kind.NS,
              Party.SENDER,
              "What a table says of the name servers of the sender's domain; never a permission."),
          servers(
              "check_sender_mx_access",
              ServerRules.Kind.MX,
              Party.SENDER,
              "What a table says of the mail exchangers of the sender's domain; never a permission."),
          servers(
              "check_recipient_a_access",
              ServerRules.Kind.A,
              Party.RECIPIENT,
              "What a table says of the addresses of the recipient's domain; never a permission."),
          servers(
              "check_recipient_ns_access",
              ServerRules.Kind.NS,
              Party.RECIPIENT,
              "What a table says of the name servers of the recipient's domain; never a permission."),
          servers(
              "check_recipient_mx_access",
              ServerRules.Kind.MX,
              Party.RECIPIENT,
              "What a table says of the mail exchangers of the recipient's domain; never a permission."),
          new Row(
              "check_policy_service",
              Argument.SERVER,
              Effect.NEUTRAL,
              PolicyServiceRules::check,
              "What a policy server says: any action of access(5); never permits relaying."),
          list("reject_rbl_client", Party.CLIENT, "Refuses clients whose address is listed."),
          list("reject_rbl", Party.CLIENT, "The same as reject_rbl_client."),
          list("reject_rhsbl_client", Party.CLIENT_NAME, "Refuses clients whose name is listed."),
          list(
              "reject_rhsbl_reverse_client",
              Party.REVERSE_NAME,
              "Refuses clients whose unverified name is listed."),
          list("reject_rhsbl_helo", Party.HELO, "Refuses clients whose own word is listed."),
          list("reject_rhsbl_sender", Party.SENDER, "Refuses senders whose domain is listed."),
          list(
              "reject_rhsbl_recipient",
              Party.RECIPIENT,
              "Refuses recipients whose domain is listed."),
          new Row(
              "permit_dnswl_client",
              Argument.DNS_LIST,
              Effect.NEUTRAL,
              (in, name) -> DnsLists.permit(name, Party.CLIENT),
              "Permits clients whose address is listed; never relaying."),
          new Row(
              "permit_rhswl_client",
              Argument.DNS_LIST,
              Effect.NEUTRAL,
              (in, name) -> DnsLists.permit(name, Party.CLIENT_NAME),
              "Permits clients whose name is listed; never relaying."));

  private static final Map<String, Row> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Row::name, row -> row));

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
    return ALL.stream()
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
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
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
