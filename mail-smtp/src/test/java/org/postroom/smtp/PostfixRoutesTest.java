package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Shows;

/**
 * Mail goes where Postfix sends it, by all tables that name transports and next hops, and who
 * brings it hears the same.
 */
final class PostfixRoutesTest {

  static Stream<Named<PostfixRoutes.Configuration>> recorded() {
    return PostfixRoutes.recorded().configurations().stream()
        .map(one -> Named.of(one.title(), one));
  }

  @ParameterizedTest
  @MethodSource("recorded")
  @Shows("A3.7")
  void sendsMailWherePostfixSendsIt(PostfixRoutes.Configuration recorded) {
    try (SmtpHouse house = house(recorded.settings())) {
      List<String> said =
          recorded.routed().stream()
              .map(
                  one ->
                      PostfixRoutes.reply(house.dial(), one.sender(), one.recipient())
                          + " "
                          + route(house.expand(one.sender(), one.recipient())))
              .toList();

      assertThat(said)
          .isEqualTo(
              recorded.routed().stream().map(one -> one.reply() + " " + meant(one)).toList());
    }
  }

  @Test
  void theRecordIsNotSmall() {
    assertThat(recorded().mapToInt(one -> one.getPayload().routed().size()).sum())
        .isGreaterThan(90);
  }

  private static SmtpHouse house(Map<String, String> settings) {
    SmtpHouse house = new SmtpHouse().routingByAddress();
    house.set("myhostname", "mx.example.org");
    house.set("mydomain", "example.org");
    house.set("mydestination", "example.org");
    PostfixRoutes.house(settings).forEach(house::set);
    List.of("ada", "bob", "ada@virtual.test")
        .forEach(login -> house.accounts.add(login, Secret.of("x")));
    return house;
  }

  /** Mailboxes have no transport here; nobody is nobody however it is put. */
  private static String meant(PostfixRoutes.Routed recorded) {
    String route = recorded.route();
    if (recorded.reply().startsWith("550")) {
      return "refused";
    }
    return route.matches("(local|virtual):.*") ? "mailbox" : route;
  }

  private static String route(Expanded expanded) {
    return expanded.targets().stream()
        .map(
            target -> {
              Route route = target.route();
              if (route instanceof Route.Onward onward) {
                return onward.destination();
              }
              return route instanceof Route.ToMailbox ? "mailbox" : "refused";
            })
        .collect(Collectors.joining(", "));
  }
}
