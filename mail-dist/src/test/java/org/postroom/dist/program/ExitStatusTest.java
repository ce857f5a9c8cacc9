package org.postroom.dist.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.delivery.DeliveryResult;

/** What becomes of mail by how a program ends. */
final class ExitStatusTest {

  private static DeliveryResult result(Ending ending) {
    return ExitStatus.result(ending, "list", "/usr/bin/list", "delivered via list service");
  }

  private static String shown(DeliveryResult result) {
    return result.getClass().getSimpleName() + " " + result.status() + " " + result.reason();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "0   | ''                   | Delivered 2.0.0 delivered via list service",
        "0   | 'done\n'             | Delivered 2.0.0 delivered via list service (done)",
        "0   | '5.1.1 no'           | Delivered 2.0.0 delivered via list service (5.1.1 no)",
        "64  | ''                   | Bounced 5.3.0 command line usage error",
        "65  | ''                   | Bounced 5.6.0 data format error",
        "66  | ''                   | Bounced 5.3.0 cannot open input",
        "67  | ''                   | Bounced 5.1.1 user unknown",
        "67  | 'who?'               | Bounced 5.1.1 user unknown. Command output: who?",
        "68  | ''                   | Bounced 5.1.2 host name unknown",
        "69  | ''                   | Bounced 5.3.0 service unavailable",
        "70  | ''                   | Bounced 5.3.0 internal software error",
        "71  | ''                   | Deferred 4.3.0 system resource problem",
        "72  | ''                   | Bounced 5.3.0 critical OS file missing",
        "73  | ''                   | Bounced 5.2.0 can't create user output file",
        "74  | ''                   | Bounced 5.3.0 input/output error",
        "75  | ''                   | Deferred 4.3.0 temporary failure",
        "75  | 'a\nb\n'             | Deferred 4.3.0 temporary failure. Command output: a b",
        "76  | ''                   | Bounced 5.5.0 remote error in protocol",
        "77  | ''                   | Bounced 5.7.0 permission denied",
        "78  | ''                   | Bounced 5.3.5 local configuration error",
        "1   | ''                   | Bounced 5.3.0 Command died with status 1: \"/usr/bin/list\"",
        "126 | ''                   | Deferred 4.3.0 Command died with status 126: \"/usr/bin/list\"",
        "127 | ''                   | Deferred 4.3.0 Command died with status 127: \"/usr/bin/list\"",
        "137 | ''                   | Deferred 4.3.0 Command died with signal 9: \"/usr/bin/list\"",
        "67  | '4.2.2 over quota'   | Deferred 4.2.2 over quota",
        "75  | '5.7.1 not from you' | Bounced 5.7.1 not from you",
        "1   | '4.2.2'              | Deferred 4.2.2 Command died with status 1: \"/usr/bin/list\"",
        "75  | '2.0.0 fine'         | Deferred 4.3.0 temporary failure. Command output: 2.0.0 fine",
        "75  | '5.1.1.7 no'         | Deferred 4.3.0 temporary failure. Command output: 5.1.1.7 no",
        "67  | '\u0007\u001b[1m'    | Bounced 5.1.1 user unknown. Command output: ??[1m"
      })
  void isSaidByStatusAndOutput(int status, String output, String result) {
    assertThat(shown(result(new Ending.Exited(status, output)))).isEqualTo(result);
  }

  @Test
  void waitsWhereTheProgramHasSaidNothing() {
    assertThat(shown(result(new Ending.OutOfTime(Duration.ofSeconds(1000)))))
        .isEqualTo("Deferred 4.3.0 Command time limit exceeded: \"/usr/bin/list\" (1000 s)");
    assertThat(shown(result(new Ending.NotStarted("no such file"))))
        .isEqualTo("Deferred 4.3.0 Command cannot be run: \"/usr/bin/list\": no such file");
    assertThat(shown(result(new Ending.Stopped()))).startsWith("Deferred 4.3.2 ");
  }
}
