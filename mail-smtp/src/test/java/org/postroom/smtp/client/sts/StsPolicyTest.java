package org.postroom.smtp.client.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.smtp.client.sts.StsPolicy.Mode;

/** Policies as files (RFC 8461, 3.2), and the hosts that they name. */
class StsPolicyTest {
  private static final String FILE =
      """
      version: STSv1\r
      mode: enforce\r
      mx: mx.example.com\r
      mx: *.example.net\r
      max_age: 604800\r
      """;

  @Test
  void readsAFile() {
    StsPolicy policy = StsPolicy.parse(FILE);

    assertThat(policy)
        .isEqualTo(
            new StsPolicy(
                Mode.ENFORCE, Duration.ofDays(7), List.of("mx.example.com", "*.example.net")));
    assertThat(StsPolicy.parse(FILE.replace("\r\n", "\n"))).isEqualTo(policy);
    assertThat(StsPolicy.parse(FILE.stripTrailing())).isEqualTo(policy);
    assertThat(StsPolicy.parse(FILE.replace(": ", ":  \t"))).isEqualTo(policy);
    assertThat(StsPolicy.parse("\n" + FILE + "\n\n")).isEqualTo(policy);
    assertThat(StsPolicy.parse(String.join("\n", policy.lines()))).isEqualTo(policy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "version: STSv1|mode: none|max_age: 0!none 0 []",
        "version: STSv1|mode: testing|mx: A.Example.COM.|max_age: 31557600!testing 31557600 [a.example.com]",
        "version: STSv1|mode: enforce|mode: none|mx: a.test|max_age: 1|max_age: 2!enforce 1 [a.test]",
        "version: STSv1|version: STSv2|mode: enforce|mx: a.test|mx: a.test|max_age: 1!enforce 1 [a.test]",
        "mx: a.test|max_age: 1|x: y|mode: enforce|future: mode: none|version: STSv1!enforce 1 [a.test]",
        "version: STSv1|mode: enforce|mx: bücher.test|max_age: 1!enforce 1 [xn--bcher-kva.test]",
      })
  void readsWhatIsUnusual(String lines, String read) {
    StsPolicy policy = StsPolicy.parse(lines.replace('|', '\n'));

    assertThat(policy.mode().word() + " " + policy.maxAge().toSeconds() + " " + policy.exchangers())
        .isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "''!expected version: STSv1, in place of nothing",
        "<html>!a line has no key: \"<html>\"",
        "version: STSv2|mode: none|max_age: 1!expected version: STSv1, in place of \"STSv2\"",
        "version: STSv1|max_age: 1!expected mode: enforce, testing or none, in place of nothing",
        "version: STSv1|mode: Enforce|mx: a.test|max_age: 1!expected mode: enforce, testing or none, in place of \"Enforce\"",
        "version: STSv1|mode: enforce|max_age: 1!it has no line mx",
        "version: STSv1|mode: testing|max_age: 1!it has no line mx",
        "version: STSv1|mode: none!expected max_age: seconds, 31557600 at most, in place of nothing",
        "version: STSv1|mode: none|max_age: 31557601!expected max_age: seconds, 31557600 at most, in place of \"31557601\"",
        "version: STSv1|mode: none|max_age: 99999999999999999999!expected max_age: seconds, 31557600 at most, in place of \"99999999999999999999\"",
        "version: STSv1|mode: none|max_age: -1!expected max_age: seconds, 31557600 at most, in place of \"-1\"",
        "version: STSv1|mode: enforce|mx: 192.0.2.1|max_age: 1!expected mx: a host, or *. and a domain, in place of \"192.0.2.1\"",
        "version: STSv1|mode: enforce|mx: [192.0.2.1]|max_age: 1!expected mx: a host, or *. and a domain, in place of \"[192.0.2.1]\"",
        "version: STSv1|mode: enforce|mx: *|max_age: 1!expected mx: a host, or *. and a domain, in place of \"*\"",
        "version: STSv1|mode: enforce|mx: *.*.test|max_age: 1!expected mx: a host, or *. and a domain, in place of \"*.*.test\"",
        "version: STSv1|mode: enforce|mx: mx*.test|max_age: 1!expected mx: a host, or *. and a domain, in place of \"mx*.test\"",
        "version: STSv1|mode: enforce|mx: .test|max_age: 1!expected mx: a host, or *. and a domain, in place of \".test\"",
        "version: STSv1|mode: enforce|mx:|max_age: 1!expected mx: a host, or *. and a domain, in place of \"\"",
        "version: STSv1|: x|mode: none|max_age: 1!a line has no key: \": x\"",
      })
  void saysWhatIsWrong(String lines, String reason) {
    assertThatThrownBy(() -> StsPolicy.parse(lines.replace('|', '\n')))
        .isInstanceOf(StsPolicy.Malformed.class)
        .hasMessage(reason);
  }

  @Test
  void hasBounds() {
    StringBuilder many = new StringBuilder(FILE);
    for (int i = 2; i < StsPolicy.MOST_EXCHANGERS; i++) {
      many.append("mx: mx").append(i).append(".test\n");
    }

    assertThat(StsPolicy.parse(many.toString()).exchangers()).hasSize(StsPolicy.MOST_EXCHANGERS);
    assertThatThrownBy(() -> StsPolicy.parse(many + "mx: one-more.test"))
        .hasMessage("it has more than 100 lines mx");
    assertThat(StsPolicy.parse(FILE + "x: " + "y".repeat(60_000))).isEqualTo(StsPolicy.parse(FILE));
    assertThatThrownBy(() -> StsPolicy.parse(FILE + "x: " + "y".repeat(70_000)))
        .hasMessage("it is longer than 64 KB");
  }

  @ParameterizedTest
  @CsvSource({
    "mx.example.com, true",
    "MX.Example.COM, true",
    "mx.example.com., true",
    "example.com, false",
    "a.mx.example.com, false",
    "a.example.net, true",
    "example.net, false",
    "a.b.example.net, false",
    "aexample.net, false",
    "'', false",
    ".example.net, false",
    "*.example.net, false",
  })
  void namesHosts(String host, boolean named) {
    assertThat(StsPolicy.parse(FILE).names(host)).isEqualTo(named);
  }

  /**
   * Cut, doubled and stirred: what comes of it is a policy or a reason, and reads as it is written.
   */
  @Test
  void whateverComesIsAPolicyOrAReason() {
    Random random = new Random(11);
    int policies = 0;
    for (int i = 0; i < 20_000; i++) {
      List<String> lines = new ArrayList<>(FILE.lines().toList());
      for (int change = random.nextInt(4); change > 0; change--) {
        int at = random.nextInt(lines.size());
        String line = lines.get(at);
        switch (random.nextInt(4)) {
          case 0 -> lines.add(line);
          case 1 -> lines.set(at, line.substring(random.nextInt(line.length() + 1)));
          case 2 -> lines.set(at, line + (char) random.nextInt(0x300));
          default -> lines.set(at, line.substring(0, random.nextInt(line.length() + 1)));
        }
      }
      try {
        StsPolicy policy = StsPolicy.parse(String.join("\n", lines));
        assertThat(StsPolicy.parse(String.join("\r\n", policy.lines()))).isEqualTo(policy);
        policies++;
      } catch (StsPolicy.Malformed e) {
        assertThat(e.getMessage()).matches("[ -~\u2026]+");
      }
    }
    assertThat(policies).isBetween(5000, 19_000);
  }
}
