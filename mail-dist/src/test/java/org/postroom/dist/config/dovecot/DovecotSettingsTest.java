package org.postroom.dist.config.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.KnownNames;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Param;
import org.postroom.core.report.Report;
import org.postroom.dist.assembly.Parts;

/** What each setting of Dovecot comes to. */
final class DovecotSettingsTest {
  private static final String SMTP = "smtp:25 submission:587 submissions:465 ";

  @TempDir private Path folder;

  private static Set<String> declared() {
    return Arrays.stream(Parts.standard().params())
        .flatMap(set -> set.params().stream())
        .map(Param::name)
        .collect(Collectors.toSet());
  }

  private DovecotSettings settings(String lines, String main) throws IOException {
    Path file = Files.writeString(folder.resolve("dovecot.conf"), text(lines), UTF_8);
    return DovecotSettings.of(
        DovecotConf.read(file), declared(), MainCf.parse("main.cf", text(main)), false);
  }

  private static String text(String lines) {
    return lines.replace('~', '\n') + "\n";
  }

  private static String parameters(DovecotSettings settings) {
    return settings.entries().stream()
        .map(entry -> entry.name() + " = " + entry.value())
        .collect(Collectors.joining("; "));
  }

  private static String said(Report report) {
    StringBuilder said = new StringBuilder();
    report.faults().forEach(fault -> said.append("error: ").append(fault).append('\n'));
    report.said().forEach(line -> said.append(line).append('\n'));
    report.details().forEach(line -> said.append(line).append('\n'));
    return said.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The same names, in main.cf's spelling of times and sizes.
        "auth_failure_delay = 1 secs | auth_failure_delay = 1s",
        "imap_max_line_length = 64 k | imap_max_line_length = 65536",
        "imap_idle_notify_interval = 29 mins | imap_idle_notify_interval = 1740s",
        "disable_plaintext_auth = n | disable_plaintext_auth = no",
        "auth_username_format = %Ln | auth_username_format = %Ln",
        "login_greeting = Cost $5. | login_greeting = Cost $$5.",
        "first_valid_uid = 1000 | first_valid_uid = 1000",
        "mail_max_userip_connections = 20 | mail_max_userip_connections = 20; pop3_max_userip_connections = 20",
        "protocol pop3 {~mail_max_userip_connections = 3~} | pop3_max_userip_connections = 3",
        "protocol imap {~mail_max_userip_connections = 9~imap_idle_notify_interval = 1m~} | mail_max_userip_connections = 9; pop3_max_userip_connections = 9; imap_idle_notify_interval = 60s",
        "auth_mechanisms = plain LOGIN cram-md5 | auth_mechanisms = plain login",
        "ssl = required~disable_plaintext_auth = no | disable_plaintext_auth = yes",
        "auth_allow_cleartext = yes | disable_plaintext_auth = no",
        "ssl_cert = </etc/c.pem~ssl_key = </etc/k.pem | smtpd_tls_cert_file = /etc/c.pem; smtpd_tls_key_file = /etc/k.pem",
        "dovecot_config_version = 2.4.0~ssl_server {~cert_file = /etc/c.pem~} | smtpd_tls_cert_file = /etc/c.pem; dovecot_config_version = 2.4.0",
        "plugin {~quota_full_tempfail = yes~} | quota_full_tempfail = yes",
        // Who is known.
        "passdb {~driver = passwd-file~args = /etc/users~} | account_sources = passwd-file:/etc/users",
        "passdb {~driver = passwd-file~args = scheme=PLAIN username_format=%u /etc/users~} | passdb_default_password_scheme = PLAIN; account_sources = passwd-file:/etc/users",
        "passdb {~driver = sql~args = /etc/sql.ext~}~userdb {~driver = sql~args = /etc/sql.ext~} | account_sources = sql:/etc/sql.ext",
        "passdb {~driver = shadow~}~passdb {~driver = passwd-file~args = /u~} | account_sources = system, passwd-file:/u",
        "dovecot_config_version = 2.4.0~passdb passwd-file {~passwd_file_path = /u~default_password_scheme = SSHA~} | passdb_default_password_scheme = SSHA; account_sources = passwd-file:/u; dovecot_config_version = 2.4.0",
      })
  void becomesParameters(String lines, String parameters) throws IOException {
    assertThat(parameters(settings(lines, ""))).isEqualTo(parameters);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "protocols = imap pop3 lmtp | imap:143 imaps:993 pop3:110 pop3s:995",
        "protocols = imap | imap:143 imaps:993",
        "protocols = none | ''",
        "protocols = imap~ssl = no | imap:143",
        "service imap-login {~inet_listener imap {~port = 0~}~} | imaps:993 pop3:110 pop3s:995",
        "protocols = imap~service imap-login {~inet_listener imaps {~port = 1993~ssl = yes~}~inet_listener imap {~port = 1143~}~} | imap:1143 imaps:1993",
        "protocols = pop3~service lmtp {~inet_listener lmtp {~port = 24~}~} | pop3:110 pop3s:995",
        "protocols = pop3 lmtp~service lmtp {~inet_listener lmtp {~port = 24~}~} | pop3:110 pop3s:995 lmtp:24",
        "protocols = imap~service imap-login {~inet_listener other {~port = 994~ssl = Y~}~} | imap:143 imaps:994",
        "protocols = imap lmtp~service lmtp {~unix_listener /run/p/lmtp {~}~} | imap:143 imaps:993 lmtp:unix:/run/p/lmtp",
        "dovecot_config_version = 2.4.0~protocols {~imap = yes~pop3 = no~} | imap:143 imaps:993",
      })
  void saysWhereToListen(String lines, String listeners) throws IOException {
    assertThat(settings(lines, "").entries())
        .filteredOn(entry -> entry.name().equals("listeners"))
        .extracting(MainCf.Entry::value)
        .containsExactly((SMTP + listeners).strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "login_greting = Hi | warning: FILE, line 1: unknown setting of Dovecot: login_greting (did you mean login_greeting?)",
        "mynetworks = 0.0.0.0/0 | warning: FILE, line 1: unknown setting of Dovecot: mynetworks",
        "recipient_delimiter = - | note: FILE, line 1: recipient_delimiter has no effect here: main.cf says it",
        "auth_failure_delay = soon | error: FILE, line 1: auth_failure_delay: expected a time with its unit, such as 30s or 2 mins, but found \"soon\"",
        "ssl = maybe | error: FILE, line 1: ssl: expected yes, no or required, but found \"maybe\"",
        "auth_mechanisms = digest-md5 | error: FILE, line 1: auth_mechanisms: nobody could log in",
        "auth_mechanisms = plain gssapi | warning: FILE, line 1: auth_mechanisms is without gssapi",
        "ssl_cert = PEM | error: FILE, line 1: ssl_cert: expected </PATH",
        "passdb {~driver = pam~} | error: FILE, line 2: passdb pam: PAM is not asked",
        "passdb {~driver = ldap~args = /x~} | error: FILE, line 2: passdb ldap: LDAP is not asked",
        "passdb {~driver = shadow~deny = yes~} | error: FILE, line 3: passdb shadow: deny: who may log in would be others",
        "passdb {~driver = passwd-file~args = /u~override_fields = userdb_home=/x allow_nets=10.0.0.0/8~} | error: FILE, line 4: passdb passwd-file: override_fields: who may log in, from where or as whom, would be others than those that are meant: allow_nets is obeyed",
        "passdb {~driver = passwd-file~args = /u~default_fields = userdb_uid=vmail~} | warning: FILE, line 4: passdb passwd-file: default_fields is not acted upon",
        "dovecot_config_version = 2.4.0~passdb passwd-file {~passwd_file_path = /u~fields {~allow_nets = 10.0.0.0/8~}~} | error: FILE, line 5: passdb passwd-file: fields: who may log in",
        "protocol imap {~passdb {~driver = passwd-file~args = /u~deny = yes~}~} | error: FILE, line 2: protocol/imap/passdb: the same people may log in",
        "local 10.0.0.1 {~protocol imap {~ssl = required~}~} | error: FILE, line 3: protocol imap: ssl: settings hold for all clients alike",
        "passdb {~driver = passwd-file~args = username_format=%n /u~} | error: FILE, line 3: passdb passwd-file: names are looked up whole",
        "passdb {~driver = passwd-file~args = users~} | error: FILE, line 3: passdb passwd-file: expected the whole path of a file",
        "userdb {~driver = static~args = uid=1~} | without meaning here: userdb static",
        "service imap-login {~inet_listener imap {~haproxy = yes~}~} | error: FILE, line 3: service/imap-login/inet_listener/imap/haproxy: a proxy would be taken",
        "service imap-login {~inet_listener imap {~address = 10.0.0.1~}~} | warning: FILE, line 3: service/imap-login/inet_listener/imap/address is not acted upon: inet_interfaces says",
        "service imap-login {~inet_listener imap {~port = 99999~}~} | error: FILE, line 3: service/imap-login/inet_listener/imap/port: expected a port",
        "service imap-login {~process_min_avail = 3~} | without meaning here: service/imap-login/process_min_avail",
        "service lmtp {~unix_listener lmtp {~}~} | note: FILE, line 2: service/lmtp/unix_listener/lmtp has no effect here: mail comes into the mailboxes without it",
        "protocols = imap sieve | warning: FILE, line 1: protocols: sieve is not there",
        "namespace inbox {~separator = .~} | warning: FILE, line 2: namespace inbox: separator is / here",
        "namespace inbox {~prefix = INBOX.~} | warning: FILE, line 2: namespace inbox: prefix is empty here",
        "namespace s {~type = shared~} | warning: FILE, line 1: namespace s of type shared is not there",
        "namespace inbox {~mailbox Spam {~auto = create~}~} | warning: FILE, line 3: namespace inbox: mailbox Spam: auto is not acted upon",
        "plugin {~sieve = ~/.sieve~} | warning: FILE, line 2: plugin/sieve is not acted upon",
        "remote 10.0.0.0/8 {~ssl = required~} | error: FILE, line 2: remote 10.0.0.0/8: ssl: settings hold for all clients alike",
        "disable_plaintext_auth = no~remote 10.0.0.0/8 {~disable_plaintext_auth = Y~} | error: FILE, line 3: remote 10.0.0.0/8: disable_plaintext_auth: settings hold",
        "disable_plaintext_auth = no~protocol pop3 {~disable_plaintext_auth = yes~} | error: FILE, line 3: protocol pop3: disable_plaintext_auth: settings hold",
        "auth_mechanisms = plain scram-sha-256~remote 10.0.0.0/8 {~auth_mechanisms = scram-sha-256~} | error: FILE, line 3: remote 10.0.0.0/8: auth_mechanisms: settings hold",
        "remote 10.0.0.0/8 {~auth_mechanisms = plain login~} | warning: FILE, line 2: remote/10.0.0.0/8/auth_mechanisms is not acted upon",
        "local_name a.test {~auth_ssl_require_client_cert = yes~} | error: FILE, line 2: local_name a.test: auth_ssl_require_client_cert: settings hold",
        "service imap-login {~inet_listener imap {~ssl = perhaps~}~} | error: FILE, line 3: service/imap-login/inet_listener/imap/ssl: expected yes or no",
        "plugin {~recipient_delimiter = -~} | warning: FILE, line 2: plugin/recipient_delimiter is not acted upon",
        "local_name a.test {~ssl_cert = </x~} | warning: FILE, line 2: local_name/a.test/ssl_cert is not acted upon",
        "protocol imap {~mail_plugins = x~} | note: FILE, line 2: protocol/imap/mail_plugins has no effect here",
        "pasdb {~} | warning: FILE, line 1: unknown setting of Dovecot: pasdb { } (did you mean passdb?)",
        "mail_home = <nowhere | error: FILE, line 1: mail_home: cannot read",
      })
  void saysWhatBecomesOfIt(String lines, String line) throws IOException {
    // A tilde in a value is no end of a line.
    DovecotSettings settings = settings(lines.replace("~/", "HOME/"), "");

    assertThat(said(settings.report()))
        .contains(line.replace("FILE", folder.resolve("dovecot.conf").toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocols = imap pop3 lmtp",
        "namespace inbox {~inbox = yes~prefix =~separator = /~mailbox Trash {~special_use = \\Trash~}~}",
        "ssl = yes",
        "recipient_delimiter = +",
        "passdb {~driver = shadow~deny = no~}"
      })
  void hasNothingToSayOfWhatIsSoAnyway(String lines) throws IOException {
    assertThat(said(settings(lines, "").report())).isEmpty();
  }

  @Test
  void mainCfCountsWhereBothSaySomething() throws IOException {
    DovecotSettings settings =
        settings(
            "auth_failure_delay = 1s~disable_plaintext_auth = no~passdb {~driver = pam~}~ssl_cert = </c",
            "auth_failure_delay = 3s~disable_plaintext_auth = no~account_sources = system~smtpd_tls_cert_file = /d");

    assertThat(settings.entries()).isEmpty();
    assertThat(said(settings.report()).replace(folder.toString() + "/", ""))
        .isEqualTo(
            """
            note: dovecot.conf, line 3: passdb has no effect here: account_sources of main.cf says who is known
            note: dovecot.conf, line 6: ssl_cert has no effect here: smtpd_tls_cert_file and smtpd_tls_key_file of main.cf say which certificate is shown
            warning: dovecot.conf, line 1: auth_failure_delay = 1s does not count: main.cf, line 1 has 3s
            """);
  }

  @Test
  void everySettingOfDovecotIsObeyedOrSaidSomethingOf() {
    Set<String> known = new TreeSet<>(declared());
    KnownNames.of(KnownNames.DOVECOT).forEach(entry -> known.add(entry.name()));
    KnownNames.of(KnownNames.POSTFIX).forEach(entry -> known.add(entry.name()));

    assertThat(DovecotNames.all()).extracting(DovecotNames.Row::name).isSubsetOf(known);
    assertThat(DovecotNames.all())
        .allSatisfy(
            row ->
                assertThat(row.type().shown(row.preset())).as(row.name()).contains(row.preset()));
  }
}
