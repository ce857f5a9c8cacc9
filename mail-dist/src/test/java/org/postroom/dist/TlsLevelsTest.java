package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.Until;
import org.postroom.dist.TlsLevelTable.Cell;
import org.postroom.storage.Storage;

/** Every level, with everything that a server may show: whether mail goes, how, and why not. */
@Timeout(120)
@Tag("seconds")
final class TlsLevelsTest {
  private static final List<Cell> ALL =
      Stream.concat(TlsLevelTable.COMMON.stream(), TlsLevelTable.DANE.stream()).toList();

  @TempDir private Path folder;

  @Test
  void mailGoesAsEachLevelHasIt() throws Exception {
    try (CertifiedServers far =
            new CertifiedServers(
                Files.createDirectory(folder.resolve("far")), TlsLevelTable.domains(ALL));
        MailServer server = start(far)) {
      TlsLevelTable.send(ALL, server.address(Role.MX).getPort());
      Until.so(() -> hasTriedAll(server));

      Map<String, String> reasons = reasons(server);
      Map<String, String> outcomes = new TreeMap<>(far.arrived());
      reasons.forEach((label, reason) -> outcomes.put(label, reason.split(" ")[0]));
      assertThat(outcomes).isEqualTo(TlsLevelTable.outcomes(ALL));
      reasons.forEach(
          (label, reason) ->
              assertThat(reason).as(label).matches("(?s).*(" + expected(label) + ").*"));
    }
  }

  private MailServer start(CertifiedServers far) throws Exception {
    List<String> zone =
        new ArrayList<>(List.of("mx.far.test A 127.0.0.1", "mx.bare.test A 127.0.0.1"));
    zone.addAll(far.tlsa("mx.far.test"));
    Files.writeString(folder.resolve("master.cf"), TlsLevelTable.masterCf(ALL));
    Path main =
        Files.writeString(
            folder.resolve("main.cf"),
            TlsLevelTable.mainCf(ALL, far)
                + """
                myhostname = mail.here.test
                mynetworks = 127.0.0.0/8
                inet_protocols = ipv4
                smtp_special_networks = 127.0.0.0/8
                virtual_mailbox_domains = here.test
                """);
    return MailServer.builder()
        .configuration(main)
        .storage(Storage.inMemory())
        .resolver(ZoneResolver.of(zone.toArray(new String[0])))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .start();
  }

  private static List<QueuedMail> queued(MailServer server) {
    return server.inside().queue().list(1000);
  }

  private static boolean hasTriedAll(MailServer server) {
    return queued(server).stream()
        .flatMap(mail -> mail.recipients().stream())
        .allMatch(one -> one.attempts() > 0);
  }

  /** What waiting mail waits with, by label. */
  private static Map<String, String> reasons(MailServer server) {
    Map<String, String> all = new TreeMap<>();
    for (QueuedMail mail : queued(server)) {
      for (QueuedRecipient one : mail.recipients()) {
        String domain = one.recipient().address().domain().name();
        all.put(domain.substring(0, domain.length() - ".test".length()), one.lastReason());
      }
    }
    return all;
  }

  /** What an administrator reads. */
  private static String expected(String label) {
    String row = label.substring(0, label.indexOf('.'));
    if (row.equals("bare-dane-only")) {
      return "DANE is required for mx.bare.test:\\d+, but it has no TLSA records";
    }
    boolean wrapped = row.startsWith("wrapped-");
    String shown = label.substring(label.indexOf('.') + 1);
    if (shown.equals("no-handshake") || wrapped && shown.equals("no-starttls")) {
      return "Cannot start TLS with \\S+: handshake failure: .+";
    }
    if (shown.equals("no-starttls")) {
      return "TLS is required, but was not offered by host \\S+";
    }
    String why =
        row.endsWith("fingerprint")
            ? "its certificate has the fingerprint [0-9A-F:]+, its key [0-9A-F:]+"
            : switch (shown) {
              case "expired" -> "its certificate has expired: valid until 20\\d\\d-.*";
              case "early" -> "its certificate is not valid yet: from 20\\d\\d-.*";
              case "untrusted" ->
                  row.contains("dane")
                      ? "no TLSA record is about its certificates"
                      : "its certificate is not trusted: .+";
              case "self-signed" ->
                  row.contains("dane")
                      ? "no TLSA record is about its certificates"
                      : "its certificate is not trusted: self-signed";
              default -> "its certificate is not for \\S+( or \\S+)?, but for mx.other.test";
            };
    return "Server certificate not verified: \\S+: " + why;
  }
}
