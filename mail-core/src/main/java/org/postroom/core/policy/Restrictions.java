package org.postroom.core.policy;

import static org.postroom.core.policy.Verdict.DUNNO;
import static org.postroom.core.policy.Verdict.OK;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.postroom.core.config.Settings;
import org.postroom.core.table.MatchList;

/** The catalogue of restrictions: one row each. A new restriction is a row and its factory. */
final class Restrictions {

  /** What a factory may need. */
  record Ingredients(Settings settings, DomainClasses domains, MatchList mynetworks) {}

  /** What a row does to those it is asked about, which decides whether a list is safe. */
  enum Effect {
    PERMITS_ALL,
    PERMITS_SOME,
    DENIES_RELAY
  }

  record Row(String name, Effect effect, Function<Ingredients, Restriction> factory, String doc) {}

  static final List<Row> ALL =
      List.of(
          new Row("permit", Effect.PERMITS_ALL, in -> (mail, facts) -> OK, "Permits."),
          new Row("reject", Effect.DENIES_RELAY, Restrictions::reject, "Refuses for good."),
          new Row("defer", Effect.DENIES_RELAY, Restrictions::defer, "Refuses for now."),
          new Row(
              "permit_mynetworks",
              Effect.PERMITS_SOME,
              Restrictions::permitMynetworks,
              "Permits clients in mynetworks."),
          new Row(
              "permit_sasl_authenticated",
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> mail.login().isPresent() ? OK : DUNNO,
              "Permits clients that have authenticated."),
          new Row(
              "permit_auth_destination",
              Effect.PERMITS_SOME,
              in -> (mail, facts) -> authorized(in, mail) ? OK : DUNNO,
              "Permits recipients in our domains."),
          new Row(
              "reject_unauth_destination",
              Effect.DENIES_RELAY,
              in -> unauthorized(in, code -> code),
              "Refuses recipients elsewhere for good."),
          new Row(
              "defer_unauth_destination",
              Effect.DENIES_RELAY,
              in -> unauthorized(in, code -> code - 100),
              "Refuses recipients elsewhere for now."));

  private static final Map<String, Row> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Row::name, row -> row));

  private Restrictions() {}

  static Optional<Row> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  private static Restriction reject(Ingredients in) {
    int code = in.settings().get(PolicyParams.REJECT_CODE);
    return (mail, facts) -> Verdict.Reject.of(code, ".7.1", rejected(mail, "Access denied"));
  }

  private static Restriction defer(Ingredients in) {
    int code = in.settings().get(PolicyParams.DEFER_CODE);
    return (mail, facts) -> Verdict.Reject.of(code, ".3.2", rejected(mail, "Try again later"));
  }

  private static String rejected(PolicyContext mail, String why) {
    return what(mail) + ": Recipient address rejected: " + why;
  }

  private static String what(PolicyContext mail) {
    return "<" + mail.recipient().map(String::valueOf).orElse("") + ">";
  }

  private static Restriction permitMynetworks(Ingredients in) {
    return (mail, facts) ->
        in.mynetworks().contains(mail.client(), () -> facts.know(mail.clientName())) ? OK : DUNNO;
  }

  private static boolean authorized(Ingredients in, PolicyContext mail) {
    return mail.recipient().filter(in.domains()::isAuthorized).isPresent();
  }

  private static Restriction unauthorized(Ingredients in, UnaryOperator<Integer> change) {
    int full = in.settings().get(PolicyParams.RELAY_DOMAINS_REJECT_CODE);
    int code = full >= 500 ? change.apply(full) : full;
    return (mail, facts) ->
        mail.recipient().isEmpty() || authorized(in, mail)
            ? DUNNO
            : Verdict.Reject.of(code, ".7.1", what(mail) + ": Relay access denied");
  }
}
