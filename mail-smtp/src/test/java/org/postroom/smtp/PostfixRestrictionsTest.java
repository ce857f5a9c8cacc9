package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.SmallPolicyServer;

/** Lists of restrictions answer as Postfix has answered, word for word. */
@Tag("seconds")
final class PostfixRestrictionsTest {
  private static final String NO_RELAY =
      "what somebody claims, or others say, opens no relay (decision 23)";

  /** Where we do otherwise, and why. */
  private static final Map<String, String> DIFFERENCES =
      Map.of(
          "no value", "what is not all restrictions is a fault, whatever it begins with",
          "at once: sender", "DATA says that MAIL is missing, and not RCPT",
          "sender opens the relay", NO_RELAY,
          "recipient opens the relay", NO_RELAY,
          "policy server opens the relay", NO_RELAY);

  static Stream<Named<PostfixRecord.Configuration>> recorded() {
    return PostfixRecord.FILES.stream()
        .flatMap(file -> PostfixRecord.read(file).configurations().stream())
        .map(one -> Named.of(one.title(), one));
  }

  @ParameterizedTest
  @MethodSource("recorded")
  @Shows("A4.7")
  void answersAsPostfixDoes(PostfixRecord.Configuration recorded) {
    List<SmallPolicyServer> opened = new ArrayList<>();
    Map<String, String> settings = new HashMap<>(recorded.settings(opened));
    settings.put("smtpd_hard_error_limit", "100");
    settings.putIfAbsent("smtpd_restriction_classes", "strict");
    settings.putIfAbsent("strict", "permit_mynetworks, reject_non_fqdn_sender, reject");
    try (SmtpHouse house = SmtpHouse.with(settings).knowing("localhost A 127.0.0.1")) {
      List<PostfixRecord.Exchange> held = recorded.held(house::dial);

      if (DIFFERENCES.containsKey(recorded.title())) {
        assertThat(held).as("no difference any more").isNotEqualTo(recorded.exchanges());
      } else {
        assertThat(held).isEqualTo(recorded.exchanges());
      }
    } finally {
      opened.forEach(SmallPolicyServer::close);
    }
  }

  @Test
  void theRecordIsNotSmall() {
    List<PostfixRecord.Configuration> all = recorded().map(Named::getPayload).toList();

    assertThat(all).hasSizeGreaterThan(90);
    assertThat(all.stream().mapToLong(PostfixRecord.Configuration::sessions).sum())
        .isGreaterThan(500);
  }
}
