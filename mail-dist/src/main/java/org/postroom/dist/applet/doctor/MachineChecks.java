package org.postroom.dist.applet.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.Place;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.config.ServerParams;

/** What lies on the machine: the certificate, room, secrets; nobody else is asked. */
final class MachineChecks {
  private static final Duration SOON = Duration.ofDays(21);
  private static final Duration VERY_SOON = Duration.ofDays(7);

  static final List<Row> ALL =
      List.of(
          new Row.OfServer("certificate", false, MachineChecks::certificate),
          new Row.OfServer("clock", false, MachineChecks::clock),
          new Row.OfServer("disk", false, MachineChecks::disk),
          new Row.OfServer("secrets", false, MachineChecks::secrets));

  private MachineChecks() {}

  /** The certificate that clients are shown; empty where it cannot be read. */
  static Optional<Chain> chain(Site site) {
    try {
      return site.chain().isPresent()
          ? Optional.of(Chain.read(site.chain().get()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Finding> certificate(Examination on) {
    Optional<Path> file = on.site().chain();
    if (file.isEmpty() || on.site().isOwnChain() && !Files.exists(file.get())) {
      return List.of(Finding.unknown("the server makes one when it starts"));
    }
    Chain chain;
    try {
      chain = Chain.read(file.get());
    } catch (IOException e) {
      return List.of(
          Finding.problem(
              "the certificate cannot be read: " + e.getMessage(),
              "Without it there is no TLS.",
              "main.cf: smtpd_tls_cert_file = /path/to/fullchain.pem"));
    }
    List<Finding> findings = new ArrayList<>();
    dates(on.world().clock().instant(), chain, file.get()).ifPresent(findings::add);
    String host = on.site().hostName();
    if (!chain.covers(host)) {
      findings.add(
          Finding.problem(
              file.get()
                  + " is for "
                  + Finding.shown(String.join(", ", chain.names()))
                  + ", not for "
                  + host,
              "Mail programs warn, and servers that check the name do not deliver.",
              "order a certificate for " + host));
    }
    if (on.site().isOwnChain()) {
      findings.add(
          Finding.warning(
              "the server has made its certificate itself",
              "Servers deliver all the same; mail programs ask their users whether to trust it,"
                  + " unless they have been given "
                  + file.get().resolveSibling("ca.pem")
                  + ".",
              "main.cf: smtpd_tls_cert_file = /path/to/fullchain.pem",
              "main.cf: smtpd_tls_key_file = /path/to/privkey.pem"));
    } else {
      chain
          .missing(on.world().roots())
          .map(
              issuer ->
                  Finding.problem(
                      file.get()
                          + " does not lead to an authority that everybody trusts: the certificate"
                          + " of "
                          + Finding.shown(issuer)
                          + " is missing",
                      "Mail programs warn, and servers that check it do not deliver.",
                      "main.cf: smtpd_tls_cert_file = /path/to/fullchain.pem"))
          .ifPresent(findings::add);
    }
    return findings.isEmpty()
        ? List.of(Finding.good(file.get() + " is for " + host + " until " + day(chain)))
        : findings;
  }

  private static String day(Chain chain) {
    return chain.first().getNotAfter().toInstant().atZone(ZoneOffset.UTC).toLocalDate().toString();
  }

  private static Optional<Finding> dates(Instant now, Chain chain, Path file) {
    Instant end = chain.first().getNotAfter().toInstant();
    String why = "Mail programs refuse a certificate that has ended.";
    String remedy = "renew it; the server reads it again by postroom reload";
    if (now.isBefore(chain.first().getNotBefore().toInstant())) {
      return Optional.of(
          Finding.problem(
              file + " begins on " + chain.first().getNotBefore().toInstant(), why, "date -u"));
    }
    if (now.isAfter(end)) {
      return Optional.of(Finding.problem(file + " has ended on " + day(chain), why, remedy));
    }
    if (now.plus(VERY_SOON).isAfter(end)) {
      return Optional.of(Finding.problem(file + " ends on " + day(chain), why, remedy));
    }
    return now.plus(SOON).isAfter(end)
        ? Optional.of(Finding.warning(file + " ends on " + day(chain), why, remedy))
        : Optional.empty();
  }

  private static List<Finding> clock(Examination on) {
    return List.of(Finding.unknown("there is nobody here whose clock it could be compared with"));
  }

  private static List<Finding> disk(Examination on) {
    if (on.site().folder().isEmpty()) {
      return List.of(Finding.unknown("the server keeps nothing in a folder of this machine"));
    }
    Path folder = on.site().folder().get();
    Path there = folder;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long least = on.site().settings().get(ServerParams.MIN_FREE);
    long free;
    try {
      free = on.world().disk().usable(there);
    } catch (IOException e) {
      return List.of(
          Finding.unknown("the room at " + there + " cannot be read: " + Reason.text(e)));
    }
    String what = free + " octets are free at " + folder + "; queue_minfree is " + least;
    String why = "With less than that, the server refuses new mail for now.";
    if (free < least) {
      return List.of(Finding.problem(what, why, "df -h " + there));
    }
    return List.of(
        free / 4 < least ? Finding.warning(what, why, "df -h " + there) : Finding.good(what));
  }

  private static List<Finding> secrets(Examination on) {
    List<Finding> findings = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    on.site().settings().get(ServerParams.TLS_KEY_FILE).ifPresent(files::add);
    on.site()
        .folder()
        .ifPresent(
            folder -> {
              Privacy.faultForVisitor(folder, "data folder " + folder, "mail and keys")
                  .ifPresent(fault -> findings.add(open(fault, "chmod 0700 " + folder)));
              Stream.of("ca.key", "server.key")
                  .forEach(name -> files.add(folder.resolve("tls").resolve(name)));
            });
    if (on.site().settings().isGiven(ServerParams.STORAGE_PASSWORD)) {
      Place place = on.site().settings().place(ServerParams.STORAGE_PASSWORD);
      if (place.line() > 0) {
        files.add(Path.of(place.source()));
      }
    }
    for (Path file : files) {
      if (Files.exists(file)) {
        Privacy.faultOfSecret(
                file, "secret " + file, on.site().settings().get(ConfigParams.UNSAFE_FILES))
            .ifPresent(fault -> findings.add(open(fault, "chmod 0600 " + file)));
      }
    }
    return findings.isEmpty()
        ? List.of(Finding.good("no secret is open to others (" + files.size() + " files)"))
        : findings;
  }

  private static Finding open(String fault, String remedy) {
    return Finding.problem(
        fault, "Whoever has an account on this machine can read or take it.", remedy);
  }
}
