package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.report.BadConfiguration;

/** What an administrator asked for is done, or the server does not start. */
final class RefusedSettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners | smtp:2525, imap:2525",
        "listeners | smtp:2525, smtp:2526",
        "smtpd_relay_restrictions | permit",
        "smtpd_relay_restrictions | permit_mynetworks",
        "smtpd_relay_restrictions | permit_mynetworks, permit, reject_unauth_destination",
        "smtpd_relay_restrictions | permit_auth_destination, permit_sasl_authenticated",
        "smtpd_relay_restrictions | reject_unauth_destinations",
        "smtpd_relay_restrictions | check_policy_service inet:127.0.0.1:1",
        "smtpd_recipient_restrictions | check_policy_service tcp:127.0.0.1:1",
        "smtpd_recipient_restrictions | no_such_restriction",
        "smtp_tls_security_level | dane",
        "smtp_sasl_auth_enable | yes",
        "smtp_fallback_relay | [relay.test",
        "default_transport | uucp",
        "virtual_transport | maildrop",
        "relay_transport | smtp:[hub.test",
        "mailbox_transport | cyrus:/run/lmtp",
        "content_filter | amavis:[127.0.0.1]:10024",
        "mailbox_command | /usr/bin/procmail",
        "smtpd_milters | inet:127.0.0.1:8891",
        "non_smtpd_milters | inet:127.0.0.1:8891",
        "smtpd_upstream_proxy_protocol | haproxy",
        "smtpd_tls_req_ccert | yes"
      })
  void doesNotStartWithWhatItWouldHaveToIgnore(String name, String value) {
    ServerBuilder site = described().set(name, value);

    assertThatThrownBy(site::check).isInstanceOf(BadConfiguration.class).hasMessageContaining(name);
  }

  private static ServerBuilder described() {
    return MailServer.builder().hostname("mail.example.org").set("storage_url", "memory:");
  }

  @Test
  void startsWithWhatDebianWritesAndSaysWhatIsNotActedUpon() {
    List<String> warnings =
        described()
            .set("alias_maps", "hash:/etc/aliases")
            .set("alias_database", "hash:/etc/aliases")
            .set("biff", "no")
            .set("append_dot_mydomain", "no")
            .set("readme_directory", "no")
            .set("compatibility_level", "3.6")
            .set("smtp_tls_CApath", "/etc/ssl/certs")
            .set("smtp_tls_security_level", "may")
            .set("smtpd_tls_loglevel", "1")
            .set("smtp_tls_loglevel", "2")
            .set("recipient_delimiter", "+")
            .set("mailbox_size_limit", "0")
            .check();

    assertThat(warnings)
        .anyMatch(line -> line.endsWith("smtp_tls_loglevel: 2 to 4 log no more than 1"))
        .noneMatch(line -> line.contains("smtpd_tls_loglevel"));
  }

  @Test
  void startsWhenToldToIgnoreIt() {
    described()
        .set("smtpd_milters", "inet:127.0.0.1:8891")
        .set("accept_unsupported_parameters", "smtpd_milters")
        .check();
  }
}
