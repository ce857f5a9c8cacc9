package org.postroom.smtp.client.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.Tables;

/** Which log-in, and by which mechanism. */
class LogInsTest {
  private static final String TABLE =
      "inline:{ {ada@example.org=a:1}, {@example.net=n:2}, {mx.test=host:3}, {[mx.test]:587=hop:4},"
          + " {bad.test=nothing} }";

  private static LogIns logIns(String... namesAndValues) {
    Settings.Builder settings =
        Settings.builder(SaslParams.ALL)
            .set("smtp_sasl_auth_enable", "yes")
            .set("smtp_sasl_password_maps", TABLE);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return LogIns.of(settings.build(), new RecipientDelimiter("+"), Tables.builder().build());
  }

  @ParameterizedTest
  @CsvSource({
    "no,  ada@example.org, mx.test,    [mx.test]:587, host",
    "yes, ada@example.org, mx.test,    [mx.test]:587, a",
    "yes, ada+x@example.org, mx.test,  [mx.test]:587, a",
    "yes, eve@example.net, mx.test,    [mx.test]:587, n",
    "yes, eve@example.com, mx.test,    [mx.test]:587, host",
    "yes, '',              other.test, [mx.test]:587, hop",
    "yes, '',              other.test, [mx.test]:25,  none",
    "no,  '',              other.test, mx.test,       host",
  })
  void isFoundBySenderHostAndNextHop(
      String bySender, String sender, String host, String hop, String user) {
    ReversePath from = sender.isEmpty() ? ReversePath.NULL : ReversePath.of(Address.parse(sender));

    Optional<LogIn> found =
        logIns("smtp_sender_dependent_authentication", bySender).find(from, host, hop);

    assertThat(found.map(LogIn::user).orElse("none")).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource({"nothing", "':x'", "'x:'"})
  void aValueWithoutUserOrPasswordIsSaidToBeNone(String value) {
    assertThatThrownBy(
            () ->
                logIns("smtp_sasl_password_maps", "static:" + value)
                    .find(ReversePath.NULL, "mx.test", "mx.test"))
        .isInstanceOf(LogInFailed.class)
        .hasMessageContaining("expected user:password for mx.test")
        .hasMessageNotContaining("nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TLS|PLAIN LOGIN||noanonymous|PLAIN",
        "TLS|LOGIN PLAIN SCRAM-SHA-256||noanonymous|SCRAM-SHA-256",
        "TLS|LOGIN SCRAM-SHA-1 CRAM-MD5||noanonymous|SCRAM-SHA-1",
        "TLS|PLAIN CRAM-MD5||noplaintext|CRAM-MD5",
        "TLS|PLAIN LOGIN||noplaintext|none",
        "TLS|PLAIN CRAM-MD5 SCRAM-SHA-256||mutual_auth|SCRAM-SHA-256",
        "TLS|PLAIN CRAM-MD5||mutual_auth|none",
        "TLS|PLAIN LOGIN|!plain, static:all|noanonymous|LOGIN",
        "TLS|PLAIN LOGIN|login|noanonymous|LOGIN",
        "TLS|XOAUTH2 OAUTHBEARER||noanonymous|none",
        "TLS|XOAUTH2 OAUTHBEARER|xoauth2|noanonymous|XOAUTH2",
        "TLS|GSSAPI||noanonymous|none",
        "CLEAR|PLAIN||noanonymous|PLAIN",
        "OPEN|PLAIN LOGIN XOAUTH2|plain, login, xoauth2|noanonymous|none",
        "OPEN|PLAIN CRAM-MD5||noanonymous|CRAM-MD5",
      })
  void takesTheBestThatIsAllowed(
      String channel, String offered, String filter, String options, String mechanism) {
    LogIns logIns =
        logIns(
            "smtp_sasl_mechanism_filter",
            filter == null ? "" : filter,
            "smtp_sasl_security_options",
            options);

    String begun;
    try {
      begun =
          logIns
              .begin(
                  new LogIn("user", Secret.of("pencil")),
                  List.of(offered.split(" ")),
                  LogIns.Channel.valueOf(channel),
                  "mx.test[192.0.2.1]:25",
                  new SecureRandom())
              .mechanism();
    } catch (LogInFailed e) {
      assertThat(e.status()).isEqualTo("4.7.0");
      begun = "none";
    }

    assertThat(begun).isEqualTo(mechanism);
  }

  @ParameterizedTest
  @CsvSource({"yes, true, 4.7.8, false", "no, true, 5.7.8, true", "no, false, 4.7.8, false"})
  void aRefusalIsForGoodWhereSettingsSaySo(
      String soft, boolean permanent, String status, boolean ends) {
    LogInFailed refused =
        logIns("smtp_sasl_auth_soft_bounce", soft)
            .refused("mx.test", permanent ? "5.7.8" : "4.7.8", "535 5.7.8 no", permanent);

    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.isPermanent()).isEqualTo(ends);
  }
}
