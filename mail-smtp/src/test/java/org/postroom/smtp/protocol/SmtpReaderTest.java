package org.postroom.smtp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Domain;
import org.postroom.core.address.WrittenAddress;

class SmtpReaderTest {
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
        "TO:<postmaster>                   | postmaster    | ",
        "TO:<PostMaster>                   | PostMaster    | ",
        "TO:<root>                         | root          | ",
        "TO:root                           | root          | ",
        "TO:<\"a b\">                      | a b           | ",
        "TO:<x%far.example>                | x%far.example | ",
        "TO:<far.example!x>                | far.example!x | ",
        "TO:<far.example!x@example.org>    | far.example!x | example.org",
        "TO:<@a.example:x>                 | x             | ",
        "TO:<@[IPv6:::1],@[1.2.3.4]:x@y.z> | x             | y.z",
        "TO:<a..b@example.org>             | a..b          | example.org",
        "TO:<.a@example.org>               | .a            | example.org",
        "TO:<a.@example.org>               | a.            | example.org",
        "TO:Carol <c@example.org>          | Carol         | ",
        "TO: <ada@example.org>             | ada           | example.org",
        "TO:ada@example.org                | ada           | example.org",
        "TO: postmaster                    | postmaster    | ",
        "TO:<postmaster@example.org>       | postmaster    | example.org",
        "TO:<ada@example.org.>             | ada           | example.org",
        "TO:<ädä@bücher.example>           | ädä           | bücher.example",
        "TO:<a@under_score.example>        | a             | under_score.example",
      })
  void readsARecipient(String argument, String localPart, String domain) {
    WrittenAddress address = new SmtpReader(argument, PathSyntax.USUAL).forwardPath();

    assertThat(address.localPart()).isEqualTo(localPart);
    assertThat(address.domain()).isEqualTo(Optional.ofNullable(domain).map(Domain::of));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TO:<>",
        "TO:<ada@>",
        "TO:<@example.org>",
        "TO:<ada@example.org",
        "TO:ada@example.org>",
        "TO:<ada@example.org>x",
        "TO:<ada@example.org..>",
        "TO:<-ada@example.org>",
        "TO:<\"-ada\"@example.org>",
        "TO:<-ada>",
        "TO:<\"\"@example.org>",
        "TO:<a,b@example.org>",
        "TO:<a@a\u200Db.example>",
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
      })
  void refusesWhatIsNoRecipient(String argument) {
    assertThatThrownBy(() -> new SmtpReader(argument, PathSyntax.USUAL).forwardPath())
        .isInstanceOfSatisfying(
            BadCommand.class, e -> assertThat(e.reply().toString()).startsWith("501 5.1.3"));
  }

  @Test
  void bracketsAreAMustWhenAsked() {
    PathSyntax strict = new PathSyntax(true, false);

    for (String argument : List.of("TO:a@example.org", "TO:root", "TO:Carol <c@example.org>")) {
      assertThatThrownBy(() -> new SmtpReader(argument, strict).forwardPath())
          .isInstanceOf(BadCommand.class);
    }
    for (String argument : List.of("TO: <a..b@example.org.>", "TO:<root>")) {
      assertThat(new SmtpReader(argument, strict).forwardPath().localPart()).isNotEmpty();
    }
  }

  @Test
  void aLocalPartThatLooksLikeAnOptionIsTakenWhenAllowed() {
    SmtpReader in = new SmtpReader("TO:<-x@example.org>", new PathSyntax(false, true));

    assertThat(in.forwardPath()).hasToString("-x@example.org");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TO:", "TO: ", "TO", "FROM:<ada@example.org>", ""})
  void saysWhatAPathIsWhereThereIsNone(String argument) {
    assertThatThrownBy(() -> new SmtpReader(argument, PathSyntax.USUAL).forwardPath())
        .isInstanceOfSatisfying(
            BadCommand.class,
            e -> assertThat(e.reply().toString()).isEqualTo("501 5.5.4 Syntax: RCPT TO:<address>"));
  }

  @Test
  void readsTheNullSender() {
    assertThat(new SmtpReader("FROM:<>", new PathSyntax(true, false)).reversePath()).isEmpty();
    assertThat(new SmtpReader("FROM:<root>", PathSyntax.USUAL).reversePath())
        .contains(WrittenAddress.parse("root"));
    assertThatThrownBy(() -> new SmtpReader("FROM:<-x@y.z>", PathSyntax.USUAL).reversePath())
        .isInstanceOfSatisfying(
            BadCommand.class, e -> assertThat(e.reply().toString()).startsWith("501 5.1.7"));
  }

  @Test
  void refusesParametersThatStandTwice() {
    assertThatThrownBy(() -> new SmtpReader(" SIZE=1 size=2", PathSyntax.USUAL).parameters())
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
        SmtpReader in =
            new SmtpReader(line.toString(), new PathSyntax(random.nextBoolean(), false));
        in.forwardPath();
        in.parameters();
        understood++;
      } catch (BadCommand e) {
        assertThat(e.reply().code()).isIn(501, 555);
      }
    }
    assertThat(understood).isPositive();
  }
}
