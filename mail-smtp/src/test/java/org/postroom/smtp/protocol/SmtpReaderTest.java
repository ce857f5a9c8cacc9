package org.postroom.smtp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;

class SmtpReaderTest {
  private static final Domain OWN = Domain.of("mail.example.org");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "TO:<ada@example.org>              | ada           | example.org",
        "to:<Ada.L+x@Example.ORG>          | Ada.L+x       | example.org",
        "TO:<\"a b\"@example.org>          | a b           | example.org",
        "TO:<\"a\\\"b\\\\c\"@example.org>  | a\"b\\c       | example.org",
        "TO:<\"@evil>@\"@example.org>      | @evil>@       | example.org",
        "TO:<ada@[192.0.2.1]>              | ada           | [192.0.2.1]",
        "TO:<ada@[IPv6:2001:db8::1]>       | ada           | [ipv6:2001:db8::1]",
        "TO:<@a.example,@b.example:c@d.org>| c             | d.org",
        "TO:<a%b@example.org>              | a%b           | example.org",
        "TO:<postmaster>                   | postmaster    | mail.example.org",
        "TO:<PostMaster>                   | PostMaster    | mail.example.org",
        "TO: <ada@example.org>             | ada           | example.org",
        "TO:ada@example.org                | ada           | example.org",
        "TO: postmaster                    | postmaster    | mail.example.org",
        "TO:<postmaster@example.org>       | postmaster    | example.org",
        "TO:<ada@example.org.>             | ada           | example.org",
        "TO:<ädä@bücher.example>           | ädä           | bücher.example",
        "TO:<a@under_score.example>        | a             | under_score.example",
      })
  void readsARecipient(String argument, String localPart, String domain) {
    Address address = new SmtpReader(argument, false).forwardPath(OWN);

    assertThat(address.localPart()).isEqualTo(localPart);
    assertThat(address.domain()).isEqualTo(Domain.of(domain));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TO:<>",
        "TO:",
        "TO:<ada>",
        "TO:<ada@>",
        "TO:<@example.org>",
        "TO:<ada@example.org",
        "TO:ada@example.org>",
        "TO:<ada@example.org>x",
        "TO:<.ada@example.org>",
        "TO:<ada.@example.org>",
        "TO:<a..b@example.org>",
        "TO:<a b@example.org>",
        "TO:<a@b@example.org>",
        "TO:<a@-x.example>",
        "TO:<a@x-.example>",
        "TO:<a@x..example>",
        "TO:<a@.example>",
        "TO:<a@[1.2.3]>",
        "TO:<a@[1.2.3.256]>",
        "TO:<a@[1.2.3.4>",
        "TO:<a@[::1]>",
        "TO:<a@[IPv6:::g]>",
        "TO:<a@[IPv6:1.2.3.4]>",
        "TO:<\"a@example.org>",
        "TO:<\"a\u0001b\"@example.org>",
        "TO:<a\u0000@example.org>",
        "TO:<a\uFFFD@example.org>",
        "TO:<@a.example:>",
        "TO:<@a.example,c@d.org>",
        "TO:<postmaster",
        "TO:<postmasterx>",
      })
  void refusesWhatIsNoRecipient(String argument) {
    assertThatThrownBy(() -> new SmtpReader(argument, false).forwardPath(OWN))
        .isInstanceOfSatisfying(
            BadCommand.class, e -> assertThat(e.reply().toString()).startsWith("501 5.1.3"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TO: <a@example.org>", "TO:a@example.org", "TO:<a@example.org.>"})
  void isStrictWhenAsked(String argument) {
    assertThatThrownBy(() -> new SmtpReader(argument, true).forwardPath(OWN))
        .isInstanceOf(BadCommand.class);
  }

  @Test
  void readsTheNullSender() {
    assertThat(new SmtpReader("FROM:<>", true).reversePath()).isEqualTo(ReversePath.NULL);
  }

  @Test
  void takesPostmasterWithoutADomainForRecipientsOnly() {
    assertThatThrownBy(() -> new SmtpReader("FROM:<postmaster>", false).reversePath())
        .isInstanceOfSatisfying(
            BadCommand.class, e -> assertThat(e.reply().toString()).startsWith("501 5.1.7"));
  }

  @Test
  void refusesParametersThatStandTwice() {
    assertThatThrownBy(() -> new SmtpReader(" SIZE=1 size=2", false).parameters())
        .isInstanceOfSatisfying(
            BadCommand.class, e -> assertThat(e.reply().toString()).startsWith("501 5.5.4"));
  }

  @Test
  void neverThrowsAnythingElse() {
    Random random = new Random(3);
    String alphabet = "<>@:,.\"\\[]IPv6:ab1 =+-\u0000\u00e4\uFFFD";
    int understood = 0;
    for (int round = 0; round < 50_000; round++) {
      StringBuilder line = new StringBuilder("TO:<");
      for (int i = random.nextInt(14); i >= 0; i--) {
        line.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      line.append(random.nextBoolean() ? "@a>" : "");
      try {
        SmtpReader in = new SmtpReader(line.toString(), random.nextBoolean());
        in.forwardPath(OWN);
        in.parameters();
        understood++;
      } catch (BadCommand e) {
        assertThat(e.reply().code()).isEqualTo(501);
      }
    }
    assertThat(understood).isPositive();
  }
}
