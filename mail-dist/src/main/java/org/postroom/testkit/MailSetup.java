package org.postroom.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.door.Door;
import org.postroom.dist.Role;

/**
 * How a test's mail server is to be; made by {@link TestMail#with}. Each call of {@link #start}
 * makes another server.
 *
 * <pre>{@code
 * TestMail mail = TestMail.with()
 *     .account("ada@example.org", "secret")
 *     .strict()
 *     .set("message_size_limit", "50000")
 *     .port(Role.MX, 2525)
 *     .start();
 * }</pre>
 */
public final class MailSetup {
  final Map<String, String> accounts = new LinkedHashMap<>();
  final Map<String, String> settings = new LinkedHashMap<>();
  final Map<Door, Integer> ports = new LinkedHashMap<>();
  final List<Preload> preloads = new ArrayList<>();
  Duration patience = Duration.ofSeconds(10);
  boolean isStrict;
  boolean isFrozen;
  @Nullable Path folder;

  MailSetup() {}

  /** Somebody who is here from the start. */
  public MailSetup account(String address, String password) {
    accounts.put(address, password);
    return this;
  }

  /**
   * Nobody else is here: mail for others is refused, be they in a domain of the accounts (nobody of
   * that name) or elsewhere (nothing is relayed for strangers), and nobody else logs in.
   */
  public MailSetup strict() {
    isStrict = true;
    return this;
  }

  /** One parameter, as a file would write it. */
  public MailSetup set(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** The port of a door ({@link Role}); the others are free ones. */
  public MailSetup port(Door door, int port) {
    ports.put(door, port);
    return this;
  }

  /** How long a test waits for mail before it fails. */
  public MailSetup patience(Duration longest) {
    patience = longest;
    return this;
  }

  /** Passwords are taken without TLS, and at the door for other servers, too. */
  public MailSetup authInClear() {
    return set("smtpd_tls_auth_only", "no")
        .set("smtpd_sasl_auth_enable", "yes")
        .set("disable_plaintext_auth", "no");
  }

  /** Time stands until the test lets it pass. */
  public MailSetup frozen() {
    isFrozen = true;
    return this;
  }

  /**
   * Mail that lies in a mailbox from the start, and again after each {@link Reset} but {@link
   * Reset#NOTHING}: a message as a file, an mbox, a folder of such files, or a Maildir with its
   * flags and subfolders. No test has received it.
   *
   * @param account is made when it is not there
   * @param mailbox the same
   */
  public MailSetup preload(String account, String mailbox, Path source) {
    accounts.putIfAbsent(account, TestMail.PASSWORD);
    preloads.add(new Preload(account, mailbox, source));
    return this;
  }

  /** Mail lies in this folder, and is there for the next server that has it. */
  public MailSetup folder(Path kept) {
    folder = kept;
    return this;
  }

  /**
   * Starts it.
   *
   * @throws org.postroom.dist.mailbox.BrokenMailFile for mail that cannot be read
   * @throws org.postroom.core.report.BadConfiguration for settings that it cannot obey, a name that
   *     is none among them
   * @throws org.postroom.core.refusal.WireFault when a port cannot be had
   */
  public TestMail start() {
    return new TestMail(House.open(this), patience);
  }

  /** Whether it says a parameter whose name begins so. */
  boolean says(String beginning) {
    for (String name : settings.keySet()) {
      if (name.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  /** The domains in which those live who are here. */
  Set<String> domains() {
    Set<String> domains = new LinkedHashSet<>();
    for (String address : accounts.keySet()) {
      domains.add(address.substring(address.indexOf('@') + 1));
    }
    return domains;
  }
}
