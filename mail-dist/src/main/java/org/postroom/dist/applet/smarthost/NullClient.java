package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.delivery.Attempted;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.dist.submit.Submitted;
import org.postroom.storage.Storage;

/**
 * Hands mail to a provider's server at once, on a machine where none of ours runs: a server that
 * lives as long as the mail does, keeps it in memory, listens nowhere, and has one next hop. So
 * what holds for mail that is relayed holds here: TLS, log-ins, 8-bit content, reports.
 *
 * <p>There is one attempt for each recipient. What the far side refuses is not reported by a mail:
 * whoever calls hears it.
 */
public final class NullClient {
  private static final Path SYSTEM_MSMTP = Path.of("/etc/msmtprc");
  private static final Path SYSTEM_SSMTP = Path.of("/etc/ssmtp/ssmtp.conf");
  private static final Path SYSTEM_TRUST = Path.of("/etc/ssl/certs/ca-certificates.crt");
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MMM dd HH:mm:ss", Locale.ENGLISH);

  private final Optional<MsmtpFile> msmtp;
  private final Optional<SsmtpFile> ssmtp;
  private final String user;
  private final Clock clock;

  private NullClient(
      Optional<MsmtpFile> msmtp, Optional<SsmtpFile> ssmtp, String user, Clock clock) {
    this.msmtp = msmtp;
    this.ssmtp = ssmtp;
    this.user = user;
    this.clock = clock;
  }

  /**
   * What became of a mail.
   *
   * @param status 0 taken by the next server, 69 refused for good, 75 not now
   * @param said what it has said, where it has not taken the mail for all
   */
  public record Sent(int status, String said) {}

  /** Whether a file says by its name that it is one of these. */
  public static boolean isMeant(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith("msmtprc") || name.equals("ssmtp.conf");
  }

  /**
   * The one that files say.
   *
   * @param file that was named; else the user's and the system's are looked for
   * @param home the user's
   * @param user who sends
   * @throws BadClientFile when one cannot be obeyed
   */
  public static Optional<NullClient> find(
      Optional<Path> file, Path home, String user, Clock clock) {
    if (file.isEmpty()) {
      List<Path> msmtps = List.of(SYSTEM_MSMTP, home.resolve(".msmtprc"));
      return found(msmtps, SYSTEM_SSMTP, home, user, clock);
    }
    if (!Files.exists(file.get())) {
      return Optional.empty();
    }
    if (!isMsmtps(file.get())) {
      SsmtpFile ssmtp = new SsmtpFile(file.get(), home);
      return Optional.of(new NullClient(Optional.empty(), Optional.of(ssmtp), user, clock));
    }
    MsmtpFile msmtp = new MsmtpFile(home);
    msmtp.read(file.get());
    return Optional.of(new NullClient(Optional.of(msmtp), Optional.empty(), user, clock));
  }

  /**
   * The one that these files say, as far as they are there. One of msmtp's that this user cannot
   * read is the business of others, unless there is nothing else.
   */
  static Optional<NullClient> found(
      List<Path> msmtps, Path ssmtp, Path home, String user, Clock clock) {
    MsmtpFile msmtp = new MsmtpFile(home);
    boolean isRead = false;
    for (Path path : msmtps) {
      isRead |= Files.exists(path) && msmtp.readFound(path);
    }
    if (isRead) {
      return Optional.of(new NullClient(Optional.of(msmtp), Optional.empty(), user, clock));
    }
    if (Files.exists(ssmtp)) {
      SsmtpFile read = new SsmtpFile(ssmtp, home);
      return Optional.of(new NullClient(Optional.empty(), Optional.of(read), user, clock));
    }
    if (!msmtp.notes().isEmpty()) {
      throw new BadClientFile(String.join("; ", msmtp.notes()));
    }
    return Optional.empty();
  }

  private static boolean isMsmtps(Path path) {
    return String.valueOf(path.getFileName()).endsWith("msmtprc");
  }

  /** What the files say that has no effect. */
  public List<String> notes() {
    return msmtp.map(MsmtpFile::notes).or(() -> ssmtp.map(SsmtpFile::notes)).orElse(List.of());
  }

  /**
   * Sends a mail.
   *
   * @param account that was named
   * @param author in its header: where no sender was named, the account counts that sends as he
   * @throws BadClientFile when the account cannot be obeyed
   * @throws MalformedAddress when an address is none
   */
  public Sent send(Mail mail, Optional<String> account, Optional<String> author) {
    Optional<String> sender = mail.sender().filter(one -> !one.isEmpty());
    ClientAccount by =
        msmtp
            .map(files -> files.account(account, sender.or(() -> author)))
            .orElseGet(() -> ssmtp.orElseThrow().account(user));
    Sent sent = send(mail, by);
    note(by, mail, sent);
    return sent;
  }

  private Sent send(Mail mail, ClientAccount by) {
    Domain home = Domain.parse(by.domain().orElse(ownName())).orElseThrow();
    Envelope envelope =
        new Mail(
                mail.sender().or(by::from),
                by.aliases().expanded(mail.recipients()),
                mail.eightBit(),
                mail.reportOn(),
                mail.fullReturn(),
                mail.envelopeId(),
                mail.content())
            .requiringTls(mail.requiresTls())
            .envelope(user, written -> whole(written, home));
    Map<Address, String> outcomes = new ConcurrentHashMap<>();
    long recipients = envelope.recipients().stream().map(one -> one.address()).distinct().count();
    CountDownLatch left = new CountDownLatch((int) recipients);
    try (MailServer server =
        server(by, home)
            .onDelivered(one -> note(outcomes, one, "", left))
            .onDelayed(one -> note(outcomes, one, said(one), left))
            .onBounced(one -> note(outcomes, one, said(one), left))
            .start()) {
      Submitted answer = server.submit(envelope, mail.content());
      if (answer instanceof Submitted.Refused refused) {
        return new Sent(refused.mayPass() ? 75 : 69, refused.reply().toString());
      }
      if (!left.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        return new Sent(75, "the server " + by.host() + " takes too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Sent(75, "interrupted");
    }
    return outcomes.values().stream()
        .filter(one -> !one.isEmpty())
        .sorted()
        .reduce((lesser, worse) -> worse)
        .map(reply -> new Sent(reply.startsWith("5") ? 69 : 75, reply))
        .orElse(new Sent(0, ""));
  }

  private static void note(
      Map<Address, String> outcomes, Attempted one, String said, CountDownLatch left) {
    if (outcomes.putIfAbsent(one.recipient().address(), said) == null) {
      left.countDown();
    }
  }

  /** What the far side has said for good, or why else it is not done. */
  private static String said(Attempted one) {
    String status = one.result().status();
    if (one.result().said().startsWith("5")) {
      return one.result().said();
    }
    // With soft_bounce our own 5 is a 4; too large, or in a form that the host does not take, is
    // never so for now (RFC 3463, 3.4 and 3.7).
    boolean isForGood = status.matches("4\\.(3\\.4|6\\.[0-9]+)");
    return (isForGood ? "5" : "4") + status.substring(1) + " " + one.result().reason();
  }

  private static Address whole(String written, Domain home) {
    WrittenAddress address = WrittenAddress.parse(written);
    return Address.parse(address.toString().contains("@") ? written : written + "@" + home);
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }

  private static ServerBuilder server(ClientAccount by, Domain home) {
    ClientAccount.Safety safety = by.safety();
    String hop = (by.host().contains(":") ? "[IPv6:" : "[") + by.host() + "]:" + by.port();
    ServerBuilder server =
        MailServer.builder()
            .storage(Storage.inMemory())
            .set("listeners", "")
            .set("myhostname", by.helo().orElse(ownName()))
            .set("myorigin", home.toString())
            .set("mydestination", "")
            .set("soft_bounce", "yes")
            // The next server says what is too much for it.
            .set("message_size_limit", "0")
            .set("smtpd_recipient_limit", String.valueOf(Integer.MAX_VALUE))
            .relayHost(hop)
            .set("smtp_tls_security_level", level(safety))
            .set("smtp_tls_wrappermode", safety.fromTheBeginning() ? "yes" : "no")
            .set("smtp_sasl_tls_security_options", "noanonymous");
    by.timeout()
        .ifPresent(
            time ->
                List.of("connect", "helo", "mail", "rcpt", "data_init", "data_done")
                    .forEach(
                        what -> server.set("smtp_" + what + "_timeout", time.toSeconds() + "s")));
    safety
        .trust()
        .or(() -> Optional.of(SYSTEM_TRUST).filter(Files::isReadable))
        .filter(path -> safety.verified())
        .ifPresent(path -> server.set("smtp_tls_CAfile", path.toAbsolutePath().toString()));
    by.login()
        .ifPresent(
            login -> {
              server
                  .set("smtp_sasl_auth_enable", "yes")
                  .set("smtp_sasl_password_maps", "program:login")
                  .table(
                      "login", key -> Optional.of(login.user() + ":" + login.password().reveal()));
              login.mechanism().ifPresent(name -> server.set("smtp_sasl_mechanism_filter", name));
            });
    return server;
  }

  private static String level(ClientAccount.Safety safety) {
    if (!safety.tls()) {
      return "none";
    }
    return safety.verified() ? "verify" : "encrypt";
  }

  /** A line for each mail, in the form of msmtp's log. */
  private void note(ClientAccount by, Mail mail, Sent sent) {
    if (by.logfile().isEmpty()) {
      return;
    }
    String line =
        TIME.format(ZonedDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()))
            + " host="
            + by.host()
            + " tls="
            + (by.safety().tls() ? "on" : "off")
            + " auth="
            + (by.login().isPresent() ? "on" : "off")
            + by.login().map(login -> " user=" + login.user()).orElse("")
            + " from="
            + mail.sender().or(by::from).orElse(user)
            + " recipients="
            + String.join(",", mail.recipients())
            + (sent.said().isEmpty() ? "" : " smtpmsg='" + sent.said() + "'")
            + " exitcode="
            + switch (sent.status()) {
              case 0 -> "EX_OK";
              case 69 -> "EX_UNAVAILABLE";
              default -> "EX_TEMPFAIL";
            };
    try {
      Files.writeString(
          by.logfile().get(),
          line.replaceAll("\\p{Cntrl}", " ") + "\n",
          UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      // The mail is sent, or not, whether that can be noted down or not.
    }
  }
}
