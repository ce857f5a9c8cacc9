package org.postroom.smtp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Recipient.Notify;

class ParametersTest {
  private static final Offer ALL =
      new Offer(
          Map.of(
              Extension.SIZE, "1000",
              Extension.EIGHTBITMIME, "",
              Extension.SMTPUTF8, "",
              Extension.DSN, "",
              Extension.REQUIRETLS, "",
              Extension.AUTH, "PLAIN"));

  @Test
  void readsWhatItWrites() {
    MailParameters written =
        new MailParameters(
            123,
            BodyType.EIGHT_BIT_MIME,
            true,
            Optional.of(true),
            Optional.of("a+b=c d"),
            Optional.of("ada@example.org"),
            true,
            Optional.empty());

    assertThat(mail(written.encode())).isEqualTo(written);
    assertThat(mail("")).isEqualTo(MailParameters.NONE);
  }

  @Test
  void readsTheRecipientsItWrites() {
    RcptParameters written =
        new RcptParameters(
            Set.of(Notify.SUCCESS, Notify.DELAY), Optional.of("rfc822;a=b+c@example.org"));

    assertThat(rcpt(written.encode())).isEqualTo(written);
    assertThat(rcpt(" NOTIFY=never").reportOn()).containsExactly(Notify.NEVER);
  }

  @ParameterizedTest
  @CsvSource({
    "' FOO=1', 555",
    "' NOTIFY=NEVER', 555",
    "' SIZE=', 501",
    "' SIZE=x', 501",
    "' SIZE=-1', 501",
    "' SIZE=1 SIZE=1', 501",
    "' BODY=9BIT', 555",
    "' REQUIRETLS=yes', 501",
    "' BODY=BINARYMIME', 555",
    "' <c@example.org>', 555",
    "' -X=1', 555",
    "' X_Y=1', 555",
    "' SMTPUTF8=1', 501",
    "' RET=BODY', 501",
    "' ENVID=+4', 501",
    "' ENVID=+0D+0A', 501",
    "' ENVID=a=b', 501",
    "' =1', 555",
  })
  void refusesBadParameters(String text, int code) {
    assertThatThrownBy(() -> mail(text))
        .isInstanceOfSatisfying(
            BadCommand.class,
            e -> {
              assertThat(e.reply().code()).isEqualTo(code);
              assertThat(e.reply().status()).isEqualTo("5.5.4");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " NOTIFY=",
        " NOTIFY=NEVER,DELAY",
        " NOTIFY=DELAY,DELAY",
        " NOTIFY=ALWAYS",
        " ORCPT=ada",
        " ORCPT=;a",
        " ORCPT=rfc822;",
        " ORCPT=rfc 822;a",
        " SIZE=1"
      })
  void refusesBadRecipientParameters(String text) {
    assertThatThrownBy(() -> rcpt(text)).isInstanceOf(BadCommand.class);
  }

  @Test
  void knowsOnlyWhatWasOffered() {
    assertThatThrownBy(
            () -> MailParameters.parse(new SmtpReader(" SIZE=1", PathSyntax.USUAL), Offer.NOTHING))
        .isInstanceOf(BadCommand.class);
  }

  /** RFC 4954, 5: relays pass it on, and after a log-in AUTH is not offered any more. */
  @Test
  void takesAuthWhetherOfferedOrNot() {
    SmtpReader in = new SmtpReader(" AUTH=ada+40example.org", PathSyntax.USUAL);

    assertThat(MailParameters.parse(in, Offer.NOTHING).auth()).contains("ada@example.org");
    assertThat(mail(" AUTH=<>").auth()).contains("<>");
  }

  @ParameterizedTest
  @ValueSource(strings = {" RET=FULL", " RET=X", " ENVID=a"})
  void saysThatReportsAreNotOffered(String text) {
    Offer without = new Offer(Map.of(Extension.SIZE, ""));

    assertThatThrownBy(() -> MailParameters.parse(new SmtpReader(text, PathSyntax.USUAL), without))
        .isInstanceOfSatisfying(
            BadCommand.class,
            e -> assertThat(e.reply().toString()).isEqualTo("501 5.7.1 DSN support is disabled"));
  }

  /** What comes from a relay is as long as the addresses it got. */
  @Test
  void takesAnOriginalRecipientOfAnyLength() {
    String original = "rfc822;" + "l".repeat(1_500) + "@example.org";

    assertThat(rcpt(" ORCPT=" + original).original()).contains(original);
  }

  @Test
  void takesSizesBeyondAnyNumberForTooBig() {
    assertThat(mail(" SIZE=99999999999999999999").size()).isEqualTo(Long.MAX_VALUE);
  }

  private static MailParameters mail(String text) {
    return MailParameters.parse(new SmtpReader(text, PathSyntax.USUAL), ALL);
  }

  private static RcptParameters rcpt(String text) {
    return RcptParameters.parse(new SmtpReader(text, PathSyntax.USUAL), ALL);
  }
}
