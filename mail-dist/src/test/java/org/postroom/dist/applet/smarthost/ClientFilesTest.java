package org.postroom.dist.applet.smarthost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.Shows;

/** Files of msmtp and sSMTP, as they stand. */
final class ClientFilesTest {
  @TempDir private Path folder;

  private Path file(String name, String mode, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private MsmtpFile msmtp(String text) throws IOException {
    MsmtpFile read = new MsmtpFile(folder);
    read.read(file(".msmtprc", "rw-------", text));
    return read;
  }

  @Test
  @Shows("A1.10")
  void aTutorialsFileIsRead() throws IOException {
    Path ca = file("ca.pem", "rw-r--r--", "");
    file("aliases", "rw-r--r--", "# who\nroot: admin, ops@far.test\nadmin: ada@far.test\n");
    MsmtpFile file =
        msmtp(
            """
            # mail goes by the provider
            defaults
            auth           on
            tls            on
            tls_trust_file %s
            logfile        ~/.msmtp.log
            syslog         off

            account        first
            host           smtp.first.test
            port           587
            from           ada@first.test
            user           ada
            password       "two words"
            aliases        aliases
            timeout        30

            account        second : first
            host           smtp.second.test
            port           465
            tls_starttls   off
            from           *@second.test
            user           shop
            passwordeval   printf 'secret\\nmore'

            account default : first
            """
                .formatted(ca));

    ClientAccount first = file.account(Optional.empty(), Optional.of("who@else.test"));
    ClientAccount second = file.account(Optional.of("second"), Optional.empty());

    assertThat(first.host()).isEqualTo("smtp.first.test");
    assertThat(first.port()).isEqualTo(587);
    assertThat(first.from()).contains("ada@first.test");
    assertThat(first.login().orElseThrow().user()).isEqualTo("ada");
    assertThat(first.login().orElseThrow().password().reveal()).isEqualTo("two words");
    assertThat(first.login().orElseThrow().mechanism()).isEmpty();
    assertThat(first.safety())
        .isEqualTo(new ClientAccount.Safety(true, false, true, Optional.of(ca)));
    assertThat(first.logfile()).contains(folder.resolve(".msmtp.log"));
    assertThat(first.timeout()).contains(Duration.ofSeconds(30));
    assertThat(first.aliases().expanded(List.of("root", "x@y.test", "other")))
        .containsExactly("ada@far.test", "ops@far.test", "x@y.test", "other");
    assertThat(second.port()).isEqualTo(465);
    assertThat(second.safety().fromTheBeginning()).isTrue();
    assertThat(second.login().orElseThrow().password().reveal()).isEqualTo("two words");
    assertThat(second.toString()).doesNotContain("two words");
    assertThat(file.notes()).singleElement().asString().endsWith("line 7: syslog has no effect");
  }

  @Test
  void theSenderChoosesTheAccount() throws IOException {
    MsmtpFile file =
        msmtp(
            """
            account a
            host a.test
            from ada@a.test
            account b
            host b.test
            from *@b.test
            tls on
            tls_starttls off
            auth cram-md5
            user u
            passwordeval echo said
            """);

    assertThat(file.account(Optional.empty(), Optional.of("ADA@A.test")).host())
        .isEqualTo("a.test");
    ClientAccount b = file.account(Optional.empty(), Optional.of("x@b.test"));
    assertThat(b.host()).isEqualTo("b.test");
    assertThat(b.port()).isEqualTo(465);
    assertThat(b.from()).isEmpty();
    assertThat(b.login().orElseThrow().password().reveal()).isEqualTo("said");
    assertThat(b.login().orElseThrow().mechanism()).contains("cram-md5");
    assertThat(file.account(Optional.of("a"), Optional.of("x@b.test")).port()).isEqualTo(25);
    assertThatThrownBy(() -> file.account(Optional.empty(), Optional.of("c@c.test")))
        .hasMessage("there is no account default among a, b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "account a | account a has no host",
        "hots x | line 1: hots: nobody knows such a keyword",
        "password=secret | line 1: password: nobody knows such a keyword",
        "account a;host x;undisclosed_recipients on | line 3: undisclosed_recipients: is not"
            + " obeyed",
        "account a;host x;allow_from_override off | line 3: allow_from_override: is not obeyed"
            + " here",
        "account a;host x;port y | line 3: port: expected a number from 1 to 65535",
        "account a;host x;tls maybe | line 3: tls: expected on or off",
        "account a;host x;auth on | line 3: auth: account a has no user",
        "account a;host x;auth on;user u | line 3: auth: account a has neither password nor",
        "account a;host x;auth on;user u;passwordeval false | line 5: passwordeval: says no"
            + " password",
        "account a;host x;tls_trust_file /nowhere | line 3: tls_trust_file: /nowhere cannot be"
            + " read",
        "account a;host x;tls_fingerprint 00 | line 3: tls_fingerprint: is not obeyed here",
        "account a;host x;protocol lmtp | line 3: protocol: expected smtp",
        "account a : b | line 1: account: there is no account b above",
        "account | line 1: account: expected a name",
        "account a;host x;aliases none | cannot be read",
      })
  void whatCannotBeObeyedIsNamedWithItsLine(String text, String why) {
    assertThatThrownBy(
            () -> msmtp(text.replace(';', '\n')).account(Optional.of("a"), Optional.empty()))
        .isInstanceOf(BadClientFile.class)
        .hasMessageContaining(why);
  }

  @Test
  void aPasswordThatOthersCanReadIsRefused() throws IOException {
    Path open = file("msmtprc", "rw-r--r--", "account a\nhost x\npassword secret\n");
    Path without = file("other-msmtprc", "rw-r--r--", "account a\nhost x\npasswordeval x\n");

    assertThatThrownBy(() -> new MsmtpFile(folder).read(open))
        .isInstanceOf(BadClientFile.class)
        .hasMessageContaining("which holds a password, can be read by everybody")
        .hasMessageNotContaining("secret");
    new MsmtpFile(folder).read(without);
    assertThatThrownBy(
            () ->
                new SsmtpFile(
                    file("ssmtp.conf", "rw-r--r--", "AuthUser=u\nAuthPass=secret\n"), folder))
        .hasMessageContaining("can be read by everybody");
  }

  @Test
  void ssmtpsFileIsRead() throws IOException {
    file("revaliases", "rw-r--r--", "# who\nroot:admin@first.test:other.test:2525\nwww:x@y.test\n");
    SsmtpFile file =
        new SsmtpFile(
            file(
                "ssmtp.conf",
                "rw-------",
                """
                root=ops@first.test
                mailhub=smtp.first.test:587
                rewriteDomain=first.test
                hostname=host.first.test
                FromLineOverride=YES
                UseTLS=YES
                UseSTARTTLS=YES
                AuthUser=ada
                AuthPass=se=cret
                AuthMethod=LOGIN
                """),
            folder);

    ClientAccount ada = file.account("ada");
    ClientAccount root = file.account("root");

    assertThat(ada.host()).isEqualTo("smtp.first.test");
    assertThat(ada.port()).isEqualTo(587);
    assertThat(ada.domain()).contains("first.test");
    assertThat(ada.helo()).contains("host.first.test");
    assertThat(ada.from()).isEmpty();
    assertThat(ada.safety())
        .isEqualTo(new ClientAccount.Safety(true, false, true, Optional.empty()));
    assertThat(ada.login().orElseThrow().password().reveal()).isEqualTo("se=cret");
    assertThat(ada.login().orElseThrow().mechanism()).contains("LOGIN");
    assertThat(ada.aliases().expanded(List.of("root"))).containsExactly("ops@first.test");
    assertThat(root.host()).isEqualTo("other.test");
    assertThat(root.port()).isEqualTo(2525);
    assertThat(root.from()).contains("admin@first.test");
    assertThat(file.notes()).hasSize(1);
    assertThatThrownBy(() -> new SsmtpFile(file("ssmtp.conf", "rw-------", "\nTLSKey=x\n"), folder))
        .hasMessageContaining("line 2: tlskey: nobody obeys such a keyword here");
    assertThatThrownBy(
            () -> new SsmtpFile(file("ssmtp.conf", "rw-------", "AuthPass:secret\n"), folder))
        .hasMessageEndingWith("line 1: authpass: nobody obeys such a keyword here");
  }

  /** The system's file may be there for others. */
  @Test
  void aFileThatNobodyNamedAndThatCannotBeReadIsPassedOver() throws IOException {
    Path unreadable = Files.createDirectory(folder.resolve("msmtprc"));
    Path own = file(".msmtprc", "rw-------", "account default\nhost x\n");
    Path ssmtp = folder.resolve("ssmtp.conf");

    NullClient client =
        NullClient.found(List.of(unreadable, own), ssmtp, folder, "ada", Clock.systemUTC())
            .orElseThrow();
    assertThat(client.notes())
        .singleElement()
        .asString()
        .startsWith(unreadable + " cannot be read, and is passed over");
    assertThatThrownBy(
            () -> NullClient.found(List.of(unreadable), ssmtp, folder, "ada", Clock.systemUTC()))
        .isInstanceOf(BadClientFile.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  @Timeout(20)
  void aProgramThatSaysNothingIsNotWaitedForForEver() {
    Setting command = new Setting("passwordeval", "exec sleep 30", folder.resolve("f"), 1);

    assertThatThrownBy(() -> PasswordProgram.ask(command, Duration.ofMillis(100)))
        .isInstanceOf(BadClientFile.class)
        .hasMessageEndingWith("line 1: passwordeval: does not end");
  }
}
