package org.postroom.dist.config;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.secret.Secret;

/** What holds for the server as a whole. */
public final class ServerParams {
  private static final ParamSet.Builder SET = ParamSet.named("server");

  public static final Param<List<String>> LISTENERS =
      SET.list(
          "listeners",
          "smtp:25 submission:587 submissions:465 pop3:110 pop3s:995 imap:143 imaps:993",
          "What to listen for, each as service:port; port 0 takes a free one. Services: smtp,"
              + " submission, submissions, alternative, lmtp, pop3, pop3s, imap, imaps, auth. Where, say"
              + " inet_interfaces and inet_protocols. As service:unix:path at a socket in the file"
              + " system, such as lmtp:unix:/run/postroom/lmtp or, in queue_directory,"
              + " lmtp:unix:private/lmtp; who may connect, say unix_listener_mode and its kin, and"
              + " all who do count as localhost, 127.0.0.1.");

  public static final Param<Optional<Path>> DOVECOT_CONF =
      SET.optionalPath(
          "dovecot_conf",
          "",
          "A dovecot.conf of version 2.3 or 2.4 that is obeyed as well: its settings mean what they"
              + " mean here by the same names, and what main.cf says counts where both say"
              + " something. By default dovecot.conf beside main.cf, where there is one; set to"
              + " nothing, none is read. May begin with $config_directory, and refer to no other"
              + " parameter.");

  public static final Param<Path> QUEUE_DIRECTORY =
      SET.path(
          "queue_directory",
          "/var/spool/postfix",
          "What paths of sockets in listeners and in master.cf are relative to. Nothing else is"
              + " there.");

  public static final Param<Set<PosixFilePermission>> SOCKET_MODE =
      SET.value(
          "unix_listener_mode",
          "0600",
          "a mode in octal digits, such as 0660",
          ServerParams::mode,
          ServerParams::octal,
          "The mode of sockets in the file system that are listened at: whoever may write to one may"
              + " connect. Those of services in master.cf may have their own.");

  public static final Param<Optional<UserPrincipal>> SOCKET_USER =
      SET.value(
          "unix_listener_user",
          "",
          "a user of this machine, or nothing",
          name -> named(name, UserPrincipalLookupService::lookupPrincipalByName),
          user -> user.map(UserPrincipal::getName).orElse(""),
          "Whose the sockets in the file system are that are listened at; by default the server's"
              + " own user's. Only root can give them away.");

  public static final Param<Optional<GroupPrincipal>> SOCKET_GROUP =
      SET.value(
          "unix_listener_group",
          "",
          "a group of this machine, or nothing",
          name -> named(name, UserPrincipalLookupService::lookupPrincipalByGroupName),
          group -> group.map(GroupPrincipal::getName).orElse(""),
          "The group of the sockets in the file system that are listened at.");

  public static final Param<String> STORAGE_URL =
      SET.text(
          "storage_url",
          "h2:data",
          "Where mail is kept: h2:FOLDER (relative to the configuration file's folder), memory:, or"
              + " a PostgreSQL database as jdbc:postgresql://host/database, directly or through a pooler"
              + " of connections in session or transaction mode.",
          Trait.RESTART);

  public static final Param<String> STORAGE_USER =
      SET.text("storage_user", "", "Who logs in to the database of storage_url.", Trait.RESTART);

  public static final Param<Secret> STORAGE_PASSWORD =
      SET.secret("storage_password", "", "With which password.", Trait.RESTART);

  public static final Param<Optional<Path>> STORAGE_FOLDER =
      SET.optionalPath(
          "storage_folder",
          "",
          "With a database as storage_url: the folder of this machine for what is not mail that is"
              + " kept: the socket by which commands reach the server, its own keys, content on its"
              + " way. Without it, commands find the database in use while the server runs, and own"
              + " keys are new at each start. H2 has its own folder.",
          Trait.RESTART);

  public static final Param<Optional<Path>> SUBMIT_SOCKET =
      SET.optionalPath(
          "submit_socket",
          "",
          "A socket, such as /run/postroom/submit, by which every user of this machine whom"
              + " authorized_submit_users permits can hand in mail with the command sendmail, see the"
              + " queue (authorized_mailq_users) and have it tried (authorized_flush_users). Without"
              + " it only root and the server's own user can.",
          Trait.RESTART);

  public static final Param<Optional<Path>> MAILDROP =
      SET.optionalPath(
          "maildrop_directory",
          "",
          "The folder where the command sendmail leaves mail while the server, or its store, cannot"
              + " take it, and from which the server takes it up. Whoever may write into it may leave"
              + " mail; nobody else than the server's user may list it: mode 1730 with a group for"
              + " those who may, 0700 for root and that user alone. By default maildrop in the server's"
              + " own folder (that of H2, or storage_folder).",
          Trait.RESTART);

  public static final Param<Duration> QUEUE_RUN_DELAY =
      SET.time(
          "queue_run_delay",
          "300s",
          Bounds.atLeast("1s"),
          "How often the server looks for mail in maildrop_directory, beside when it starts, and"
              + " tries once more what it could not take. Mail in the queue is tried when it is due,"
              + " whatever this says.");

  public static final Param<Optional<Path>> TLS_CERT_FILE =
      SET.optionalPath(
          "smtpd_tls_cert_file",
          "",
          "The server's certificate, and those that lead to its authority, in PEM. When none is"
              + " given, the server makes its own authority and certificate beside its data.");

  public static final Param<Optional<Path>> TLS_KEY_FILE =
      SET.optionalPath(
          "smtpd_tls_key_file",
          "",
          "The key of smtpd_tls_cert_file; by default in the same file. Must not be readable by"
              + " everybody.");

  public static final Param<Long> MIN_FREE =
      SET.longs(
          "queue_minfree",
          "16777216",
          Bounds.atLeast("0"),
          "Octets that must stay free on the disk; below that, new mail is refused for now.",
          Trait.RESTART);

  public static final Param<Duration> OUTBOX_INTERVAL =
      SET.time(
          "outbox_poll_interval",
          "1s",
          Bounds.atLeast("1s"),
          "With a store in PostgreSQL: how often the server looks for mail that the application has"
              + " written in transactions of its own. For some seconds after it has written one, the"
              + " server looks more often.");

  public static final Param<Duration> OUTBOX_KEYS =
      SET.time(
          "outbox_key_lifetime",
          "30d",
          Bounds.atLeast("1h"),
          "How long the key of such a mail is known after it was taken: until then nothing is sent"
              + " again under the same key.");

  public static final Param<Integer> WORKERS =
      SET.integer(
          "worker_limit",
          "512",
          Bounds.atLeast("4"),
          "Commands that run at the same time, where the JVM has no virtual threads.",
          Trait.RESTART);

  public static final Param<Integer> SESSIONS =
      SET.integer(
          "session_limit",
          "20000",
          Bounds.atLeast("10"),
          "The most sessions of all listeners together. Fewer where the system gives the process"
              + " fewer descriptors.",
          Trait.RESTART);

  public static final Param<Integer> STRANGERS =
      SET.integer(
          "stranger_count_limit",
          "1000",
          Bounds.atLeast("1"),
          "The most sessions of one address that have not logged in (nor come from mynetworks, with"
              + " SMTP), over all listeners. The next one gets the place of the one that has been"
              + " idle for longest. An address has the bits that"
              + " smtpd_client_ipv4_prefix_length and smtpd_client_ipv6_prefix_length say, 64 of"
              + " IPv6 at most.",
          Trait.RESTART);

  public static final Param<Integer> STRANGER_RATE =
      SET.integer(
          "stranger_rate_limit",
          "6000",
          Bounds.atLeast("0"),
          "The most connections of one address within anvil_rate_time_unit upon which nobody logs"
              + " in; 0 for no limit.",
          Trait.RESTART);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private ServerParams() {}

  private static Set<PosixFilePermission> mode(String digits) {
    if (!digits.matches("0?[0-7]{3}")) {
      throw new BadValue("");
    }
    StringBuilder letters = new StringBuilder();
    for (char digit : digits.substring(digits.length() - 3).toCharArray()) {
      letters.append((digit & 4) == 0 ? '-' : 'r');
      letters.append((digit & 2) == 0 ? '-' : 'w');
      letters.append((digit & 1) == 0 ? '-' : 'x');
    }
    return PosixFilePermissions.fromString(letters.toString());
  }

  private static String octal(Set<PosixFilePermission> mode) {
    String letters = PosixFilePermissions.toString(mode);
    StringBuilder digits = new StringBuilder("0");
    for (int i = 0; i < letters.length(); i += 3) {
      int digit = letters.charAt(i) == '-' ? 0 : 4;
      digit += letters.charAt(i + 1) == '-' ? 0 : 2;
      digits.append(digit + (letters.charAt(i + 2) == '-' ? 0 : 1));
    }
    return digits.toString();
  }

  /** Looks up a name in the system's own list. */
  private interface LookUp<T> {
    T of(UserPrincipalLookupService people, String name) throws IOException;
  }

  private static <T> Optional<T> named(String name, LookUp<T> lookUp) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(lookUp.of(FileSystems.getDefault().getUserPrincipalLookupService(), name));
    } catch (IOException | UnsupportedOperationException e) {
      throw new BadValue("nobody is called so on this machine");
    }
  }
}
