package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What values of sendmail's tables are in the words of access(5) and transport(5). */
final class SendmailTablesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OK | OK",
        "RELAY | RELAY",
        "reject | 550 5.7.1 Access denied",
        "DISCARD | DISCARD",
        "SKIP | DUNNO",
        "QUARANTINE:suspicious | HOLD suspicious",
        "550 go away | 550 go away",
        "ERROR:550 go away | 550 5.7.1 go away",
        "ERROR:\"550 go away\" | 550 5.7.1 go away",
        "ERROR:5.7.1:550 go away | 550 5.7.1 go away",
        "ERROR:5.1.8:\"553 who?\" | 553 5.1.8 who?",
        "ERROR:4.2.1:later | 451 4.2.1 later",
        "ERROR:550 5.7.9 mine | 550 5.7.9 mine",
        "ERROR:450 | 550 5.7.1 450",
        "ERROR: | 550 5.7.1 Access denied",
      })
  void actions(String sendmails, String ours) {
    assertThat(SendmailTables.action(sendmails)).isEqualTo(ours);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "esmtp:[mail.test] | smtp:[mail.test]",
        "SMTP:mail.test | smtp:mail.test",
        "relay:hub.test | relay:hub.test",
        "esmtp:[a.test]:[b.test]:c.test | smtp:[a.test], [b.test], c.test",
        "smtp:[IPv6:2001:db8::1]:b.test | smtp:[IPv6:2001:db8::1], b.test",
        "local: | local:",
        "local:ada | retry:4.3.5 mailertable: local:ada is not known here",
        "error:nohost No such host here | error:5.1.2 No such host here",
        "error:nouser \"550 nobody\" | error:5.1.1 550 nobody",
        "error:5.7.0:550 not for us | error:5.7.0 not for us",
        "error:550 not for us | error:5.7.1 not for us",
        "error:tempfail later | retry:4.3.0 later",
        "procmail:/etc/x | procmail:/etc/x",
        "nothing | nothing",
      })
  void transports(String sendmails, String ours) {
    assertThat(SendmailTables.transport(sendmails)).isEqualTo(ours);
  }

  @Test
  void theRestHasTheKeyOfARoot() throws Exception {
    Path file = Files.writeString(folder.resolve("mailertable"), ".\tsmtp:[hub.test]\n");
    LookupTable table = Tables.builder().build().open("mailertable:" + file);

    assertThat(table.find("*")).contains("smtp:[hub.test]");
    assertThat(table.find(".far.test")).isEmpty();
  }
}
