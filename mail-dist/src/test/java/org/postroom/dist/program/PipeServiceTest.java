package org.postroom.dist.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.MasterCf;

/** What stands behind pipe in master.cf. */
final class PipeServiceTest {

  private static PipeService parse(String words) {
    MasterCf master = MasterCf.parse("master.cf", "list unix - n n - - pipe " + words + "\n");
    assertThat(master.faults()).isEmpty();
    return PipeService.parse(master.services().get(0).arguments());
  }

  @Test
  void hasItsDefaults() {
    PipeService service = parse("user=nobody argv=/usr/bin/list");

    assertThat(service.flags()).isEmpty();
    assertThat(service.user()).isEqualTo("nobody");
    assertThat(service.program()).isEqualTo("/usr/bin/list");
    assertThat(service.eol()).isEqualTo("\n");
    assertThat(service.nullSender()).isEqualTo("MAILER-DAEMON");
    assertThat(service.size()).isZero();
    assertThat(service.folder()).isEmpty();
    assertThat(service.isForOneAlone()).isFalse();
  }

  @Test
  void hasAllThatIsSaid() {
    PipeService service =
        parse(
            "-v flags=BDFORXhuq.> user=list:mail size=1000 eol=\\r\\n null_sender= directory=/srv"
                + " argv=/usr/bin/list -o flags=x");

    assertThat(service.flags()).containsExactlyInAnyOrder(PipeService.Flag.values());
    assertThat(service.user()).isEqualTo("list:mail");
    assertThat(service.size()).isEqualTo(1000);
    assertThat(service.eol()).isEqualTo("\r\n");
    assertThat(service.nullSender()).isEmpty();
    assertThat(service.folder()).contains(Path.of("/srv"));
    assertThat(service.isForOneAlone()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\\n | 10",
        "\\r\\n | 13 10",
        "\\015\\012 | 13 10",
        "\\0 | 0",
        "\\\\ | 92",
        "\\t|9",
        "; | 59"
      })
  void readsWhatEndsLines(String written, String octets) {
    assertThat(parse("user=nobody eol=" + written + " argv=x").eol().chars().mapToObj(c -> "" + c))
        .containsExactly(octets.split(" "));
  }

  /** As they stand in files that come with systems. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}",
        "flags=Fqhu user=uucp argv=uux -r -n -z -a$sender - $nexthop!rmail ($recipient)",
        "flags=F user=ftn argv=/usr/lib/ifmail/ifmail -r $nexthop ($recipient)",
        "flags=Fq. user=bsmtp argv=/usr/lib/bsmtp/bsmtp -t$nexthop -f$sender $recipient",
        "flags=R user=scalemail argv=/usr/lib/scalemail/bin/scalemail-store ${nexthop} ${user}"
            + " ${extension}",
        "flags=FRX user=list argv=/usr/lib/mailman/bin/postfix-to-mailman.py ${nexthop} ${user}",
        "flags=DRhu user=vmail argv={/usr/bin/my program} { -f ${sender} } ${client_address}",
      })
  void readsThoseOfOthers(String words) {
    assertThat(parse(words).program()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user=nobody | argv= is missing",
        "user=nobody argv= | argv= is missing",
        "argv=/bin/cat | user= is missing",
        "user=nobody flags=RZ argv=x | \"Z\" is no flag",
        "user=nobody colour=red argv=x | \"colour=red\" is nothing that pipe is told",
        "user=nobody word argv=x | \"word\" is nothing that pipe is told",
        "user=nobody chroot=/srv argv=x | chroot= is not there",
        "user=nobody size=1k argv=x | size=1k: expected a number",
        "user=nobody eol=\\x argv=x | eol=\\x: expected",
        "user=nobody directory=srv argv=x | directory=srv: expected an absolute path",
        "user=nobody argv=x ${recipients} | ${recipients} stands for nothing; expected one of client_address,",
        "user=nobody argv=x $ | a $ stands alone",
        "user=nobody argv=x ${sender?yes} | ${sender?yes} stands for nothing",
      })
  void saysWhatIsWrong(String words, String fault) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOfSatisfying(BadValue.class, e -> assertThat(e.reason()).startsWith(fault));
  }
}
