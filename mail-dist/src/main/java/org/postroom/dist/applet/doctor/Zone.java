package org.postroom.dist.applet.doctor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.door.Door;
import org.postroom.dist.Role;

/**
 * The records that a domain needs whose mail a server takes and sends.
 *
 * @param lines records, and remarks between them
 */
public record Zone(List<Line> lines) {
  static final String SPF = "v=spf1 mx -all";
  private static final int ID_OCTETS = 8;

  /** A line of a zone's file. */
  sealed interface Line {}

  /** For the reader. */
  record Remark(String text) implements Line {
    @Override
    public String toString() {
      return "; " + text;
    }
  }

  /**
   * A record.
   *
   * @param owner without the last dot
   * @param data as BIND writes it, texts without their quotes
   */
  record Entry(String owner, String type, String data) implements Line {
    @Override
    public String toString() {
      String shown = type.equals("TXT") ? '"' + data + '"' : data;
      return owner + ". IN " + type + " " + shown;
    }
  }

  public Zone {
    lines = List.copyOf(lines);
  }

  /**
   * What a domain needs for a server.
   *
   * @throws IllegalArgumentException when the server's host name is no whole name
   */
  public static Zone of(Site site, Domain domain) {
    Domain host =
        site.host()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "myhostname = "
                            + site.hostName()
                            + " is no whole name of the DNS; expected one such as mail."
                            + domain));
    List<Line> lines = new ArrayList<>();
    lines.add(new Entry(domain.name(), "MX", "10 " + host + "."));
    boolean inside = host.equals(domain) || host.name().endsWith("." + domain.name());
    if (inside) {
      host(site, host, lines);
    } else {
      lines.add(new Remark(host + " is in another zone, with its addresses and TLSA records."));
    }
    if (!site.relayHost().isEmpty()) {
      lines.add(new Remark("Add what the operator of " + site.relayHost() + " says, before -all."));
    }
    lines.add(new Entry(domain.name(), "TXT", SPF));
    lines.add(new Remark("Mail is not signed by this server: there is no DKIM record."));
    lines.add(new Entry("_dmarc." + domain.name(), "TXT", dmarc(domain)));
    policy(domain, host, lines);
    lines.add(new Entry("_smtp._tls." + domain.name(), "TXT", reports(domain)));
    services(site, domain, host, lines);
    lines.add(new Remark("To be asked of who gives you the addresses: PTR " + host + "."));
    return new Zone(lines);
  }

  private static void host(Site site, Domain host, List<Line> lines) {
    List<InetAddress> own = site.publicAddresses();
    for (InetAddress address : own) {
      lines.add(new Entry(host.name(), type(address), address.getHostAddress()));
    }
    if (own.isEmpty()) {
      lines.add(
          new Remark(
              "This machine knows no public address of its own: say it by proxy_interfaces."));
    }
    Optional<Chain> chain = MachineChecks.chain(site);
    if (chain.isPresent() && !site.isOwnChain()) {
      lines.add(
          new Remark("Only in a signed zone; to be changed before the certificate's key is."));
      lines.add(new Entry("_25._tcp." + host.name(), "TLSA", text(chain.get().record())));
    } else {
      lines.add(
          new Remark("No TLSA: a certificate that the server makes gets another key by itself."));
    }
  }

  private static void policy(Domain domain, Domain host, List<Line> lines) {
    List<String> policy =
        List.of("version: STSv1", "mode: testing", "mx: " + host, "max_age: 86400");
    String name = "mta-sts." + domain.name();
    lines.add(new Remark("At https://" + name + "/.well-known/mta-sts.txt there has to be:"));
    policy.forEach(line -> lines.add(new Remark("  " + line)));
    lines.add(new Entry("_mta-sts." + domain.name(), "TXT", "v=STSv1; id=" + id(policy)));
    lines.add(new Entry(name, "CNAME", host + "."));
  }

  /** It is another one when the policy is. */
  private static String id(List<String> policy) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(String.join("\n", policy).getBytes(US_ASCII));
      return HexFormat.of().formatHex(hash, 0, ID_OCTETS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** RFC 6186 and RFC 8314: where programs find what there is; a dot for what there is not. */
  private static void services(Site site, Domain domain, Domain host, List<Line> lines) {
    service("_submissions", Role.SUBMISSIONS, site, domain, host, lines);
    service("_submission", Role.SUBMISSION, site, domain, host, lines);
    service("_imaps", Role.IMAPS, site, domain, host, lines);
    service("_imap", Role.IMAP, site, domain, host, lines);
    service("_pop3s", Role.POP3S, site, domain, host, lines);
    service("_pop3", Role.POP3, site, domain, host, lines);
  }

  private static void service(
      String name, Door door, Site site, Domain domain, Domain host, List<Line> lines) {
    Optional<Integer> port =
        site.at(door).stream()
            .filter(at -> !at.getAddress().isLoopbackAddress())
            .map(InetSocketAddress::getPort)
            .findFirst();
    lines.add(
        new Entry(
            name + "._tcp." + domain.name(),
            "SRV",
            port.map(at -> "0 1 " + at + " " + host + ".").orElse("0 0 0 .")));
  }

  static String dmarc(Domain domain) {
    return "v=DMARC1; p=none; rua=mailto:postmaster@" + domain;
  }

  static String reports(Domain domain) {
    return "v=TLSRPTv1; rua=mailto:postmaster@" + domain;
  }

  static String type(InetAddress address) {
    return address instanceof Inet4Address ? "A" : "AAAA";
  }

  static String text(Tlsa record) {
    return record.usage() + " " + record.selector() + " " + record.matching() + " " + record.data();
  }

  /** The records alone. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Line line : lines) {
      if (line instanceof Entry entry) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /** As BIND reads it. */
  public List<String> text() {
    return lines.stream().map(Line::toString).toList();
  }
}
