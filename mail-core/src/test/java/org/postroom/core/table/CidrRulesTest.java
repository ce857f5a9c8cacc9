package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.network.Network;

final class CidrRulesTest {
  private static final String TABLE =
      """
      10.0.0.0/8 ten
        of two lines
      10.1.0.0/16 never
      !192.168.0.0/16 not ours
      [2001:db8::]/32 six
      if 192.168.0.0/16
      if !192.168.1.0/24
      192.168.0.0/16 outer
      endif
      192.168.1.7 one
      192.168.0.0/16 inner
      ENDIF
      """;

  private static Lookup read(TableLines lines) throws IOException {
    return new CidrFormat().read(lines, 100);
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, ten  of two lines",
    "10.255.255.255, ten  of two lines",
    "11.0.0.0, not ours",
    "0.0.0.0, not ours",
    "255.255.255.255, not ours",
    "192.168.2.2, outer",
    "192.168.1.7, one",
    "192.168.1.8, inner",
    "2001:db8::1, six",
    "2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff, six",
    "2001:db9::, -",
    "::1, -",
    "example.org, -",
    "[10.1.2.3], -",
    "010.1.2.3, -",
    "10.1.2, -",
    "10.1.2.3/32, -",
  })
  void firstNetworkThatHoldsTheAddressCounts(String key, String value) throws IOException {
    assertThat(read(TableLines.of("f", TABLE)).find(key).orElse("-")).isEqualTo(value);
  }

  @Test
  void wrongRulesArePassedOver() throws IOException {
    TableLines lines =
        TableLines.of("f", "10.0.0.1/8 x\n1.2.3.4\n010.0.0.0/8 x\nendif\n1.2.3.0/24 y\nif ::/0\n");

    Lookup rules = read(lines);

    assertThat(rules.find("1.2.3.4")).contains("y");
    assertThat(lines.warnings())
        .containsExactly(
            "f, line 1: non-null host address bits in \"10.0.0.1/8\", perhaps you should use"
                + " \"10.0.0.0/8\" instead: skipping this rule",
            "f, line 2: no lookup result: skipping this rule",
            "f, line 3: not an address block: 010.0.0.0/8: skipping this rule",
            "f, line 4: ignoring ENDIF without matching IF",
            "f, line 6: IF has no matching ENDIF");
  }

  @ParameterizedTest
  @ValueSource(strings = {"if 10.0.0.1/8", "if", "if example.org"})
  void aBlockWhoseConditionIsWrongWouldMeanSomethingElse(String line) {
    assertThatThrownBy(() -> read(TableLines.of("f", line + "\n1.1.1.1 x\nendif\n")))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("f, line 1: ");
  }

  /** The plain form: one rule after the other. */
  private record Plain(boolean outside, Network network, int value, List<Plain> inside) {

    Optional<String> find(InetAddress address) {
      boolean family = address.getAddress().length == network.address().getAddress().length;
      if (!family || network.contains(address) == outside) {
        return Optional.empty();
      }
      if (inside.isEmpty()) {
        return Optional.of("v" + value);
      }
      return first(inside, address);
    }

    static Optional<String> first(List<Plain> rules, InetAddress address) {
      return rules.stream().flatMap(rule -> rule.find(address).stream()).findFirst();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheSameAsOneRuleAfterTheOther(long seed) throws IOException {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    List<Plain> plain = rules(random, 3, text, new int[1]);
    Lookup table = read(TableLines.of("f", text.toString()));

    for (int i = 0; i < 3_000; i++) {
      InetAddress address = address(random);
      assertThat(table.find(address.getHostAddress()))
          .as("%s in%n%s", address, text)
          .isEqualTo(Plain.first(plain, address));
    }
  }

  private static List<Plain> rules(Random random, int depth, StringBuilder text, int[] count)
      throws IOException {
    List<Plain> rules = new ArrayList<>();
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      boolean outside = random.nextInt(4) == 0;
      InetAddress address = address(random);
      int bits = address.getAddress().length * 8;
      // Most differences lie in the octet that varies.
      Network network = Network.around(address, Math.max(0, bits - random.nextInt(20)));
      text.append(depth > 0 && random.nextInt(3) == 0 ? "if " : "");
      boolean block = text.toString().endsWith("if ");
      text.append(outside ? "!" : "").append(network);
      int value = count[0]++;
      if (block) {
        text.append('\n');
        List<Plain> inside = rules(random, depth - 1, text, count);
        text.append("endif\n");
        rules.add(new Plain(outside, network, value, inside));
      } else {
        text.append(" v").append(value).append('\n');
        rules.add(new Plain(outside, network, value, List.of()));
      }
    }
    return rules;
  }

  private static InetAddress address(Random random) throws UnknownHostException {
    byte[] octets = random.nextBoolean() ? new byte[] {10, 1, 0, 0} : new byte[16];
    if (octets.length == 16) {
      octets[0] = 0x20;
    }
    octets[octets.length - 1] = (byte) random.nextInt();
    octets[octets.length - 2] = (byte) random.nextInt(4);
    if (random.nextInt(20) == 0) {
      java.util.Arrays.fill(octets, (byte) (random.nextBoolean() ? 0xFF : 0));
    }
    return InetAddress.getByAddress(octets);
  }
}
