package org.postroom.dist.applet.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Domain;
import org.postroom.core.testing.Shows;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.Checked.Listening;

final class ZoneTest {
  @TempDir private Path folder;
  private TestWorld world;
  private Zone zone;

  @BeforeEach
  void describe() throws Exception {
    world = new TestWorld(folder).listen(InetAddress.getByAddress(new byte[4]), 25);
    world.listeners.add(
        new Listening(
            "imaps",
            Role.IMAPS,
            new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 993)));
    world.listeners.add(
        new Listening(
            "imap", Role.IMAP, new InetSocketAddress(InetAddress.getLoopbackAddress(), 143)));
    zone = Zone.of(world.site(), TestWorld.DOMAIN);
  }

  private Map<String, Finding> compared(List<String> lines) throws Exception {
    world.zone.clear();
    world.zone.addAll(lines);
    return new ZoneCheck(world.world(), Duration.ofSeconds(30))
        .compare(zone).stream()
            .collect(Collectors.toMap(one -> one.about() + " " + one.check(), one -> one));
  }

  /** As the test's DNS reads what BIND would; it has no SRV records. */
  private List<String> published() {
    return zone.entries().stream()
        .filter(entry -> !entry.type().equals("SRV"))
        .map(entry -> entry.owner() + " " + entry.type() + " " + entry.data())
        .toList();
  }

  @Test
  @Shows("A6.4")
  void hasWhatADomainNeeds() {
    assertThat(zone.text())
        .contains(
            "example.org. IN MX 10 mail.example.org.",
            "mail.example.org. IN A 192.0.2.1",
            "example.org. IN TXT \"v=spf1 mx -all\"",
            "_dmarc.example.org. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\"",
            "_25._tcp.mail.example.org. IN TLSA " + Zone.text(world.chain.record()),
            "mta-sts.example.org. IN CNAME mail.example.org.",
            "_smtp._tls.example.org. IN TXT \"v=TLSRPTv1; rua=mailto:postmaster@example.org\"",
            "_imaps._tcp.example.org. IN SRV 0 1 993 mail.example.org.",
            "_imap._tcp.example.org. IN SRV 0 0 0 .",
            "_pop3s._tcp.example.org. IN SRV 0 0 0 .");
    assertThat(zone.text())
        .anySatisfy(line -> assertThat(line).matches("_mta-sts\\..* \"v=STSv1; id=[0-9a-f]{16}\""));
  }

  @Test
  void theHostOfAnotherZoneIsNotInThisOne() {
    world.settings.put("virtual_mailbox_domains", "example.net");

    assertThat(Zone.of(world.site(), Domain.of("example.net")).text())
        .contains("example.net. IN MX 10 mail.example.org.")
        .noneSatisfy(line -> assertThat(line).contains("192.0.2.1"));
  }

  @Test
  void refusesAHostNameThatOthersCannotLookUp() {
    world.settings.put("myhostname", "mail");

    assertThatThrownBy(() -> Zone.of(world.site(), TestWorld.DOMAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("myhostname = mail is no whole name");
  }

  @Test
  @Shows("A6.4")
  void whatIsPrintedIsWhatIsCompared() throws Exception {
    assertThat(compared(published()).values())
        .hasSize(zone.entries().size())
        .allSatisfy(
            one ->
                assertThat(one.level())
                    .as(one.toString())
                    .isEqualTo(one.check().equals("SRV") ? Level.UNKNOWN : Level.GOOD));
  }

  @Test
  void eachRecordThatIsMissingIsNamed() throws Exception {
    for (String line : published()) {
      List<String> rest = published().stream().filter(one -> !one.equals(line)).toList();
      String[] words = line.split(" ", 3);

      Finding finding = compared(rest).get(words[0] + " " + words[1]);

      assertThat(finding.level()).as(line).isEqualTo(Level.WARNING);
      assertThat(finding.what()).as(line).isEqualTo("missing");
    }
  }

  @Test
  void whatIsDifferentIsNamedWithBothValues() throws Exception {
    List<String> others =
        published().stream()
            .map(
                line ->
                    line.equals("example.org TXT v=spf1 mx -all")
                        ? "example.org TXT v=spf1 a ~all"
                        : line)
            .map(line -> line.startsWith("example.org MX") ? "example.org MX 5 other.test" : line)
            .toList();

    Map<String, Finding> found = compared(others);

    assertThat(found.get("example.org TXT").what())
        .isEqualTo("different: the DNS has v=spf1 a ~all, expected v=spf1 mx -all");
    assertThat(found.get("example.org MX").what())
        .isEqualTo("different: the DNS has 5 other.test., expected 10 mail.example.org.");
  }
}
