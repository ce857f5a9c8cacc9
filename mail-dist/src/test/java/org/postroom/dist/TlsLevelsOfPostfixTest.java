package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.dist.TlsLevelTable.Cell;

/** The table that {@link TlsLevelsTest} holds us to, obeyed by Postfix. */
@Tag("process")
@Timeout(120)
final class TlsLevelsOfPostfixTest {
  private static final Pattern ATTEMPT =
      Pattern.compile(
          "to=<bob@(\\S+)[.]test>, .*, dsn=(\\d[.]\\d+[.]\\d+), status=(sent|deferred|bounced) .*");

  @TempDir private Path folder;

  @Test
  void mailGoesAsEachLevelHasIt() throws Exception {
    PostfixServer.need();
    List<Cell> all = TlsLevelTable.COMMON;
    int port = FreePorts.take();
    try (CertifiedServers far =
            new CertifiedServers(
                Files.createDirectory(folder.resolve("far")), TlsLevelTable.domains(all));
        PostfixServer postfix = new PostfixServer(folder)) {
      postfix.start(
          TlsLevelTable.mainCf(all, far)
              + "myhostname = mail.here.test\nmynetworks = 127.0.0.0/8\n"
              + "smtp_host_lookup = native\n",
          TlsLevelTable.masterCf(all) + "127.0.0.1:" + port + " inet n - n - - smtpd\n");
      TlsLevelTable.send(all, port);
      Until.so(() -> attempts(postfix).size() == all.size());

      Map<String, String> outcomes = new TreeMap<>(far.arrived());
      attempts(postfix)
          .forEach(
              (label, status) -> {
                if (!status.startsWith("2.")) {
                  outcomes.put(label, status);
                }
              });
      assertThat(outcomes).isEqualTo(TlsLevelTable.outcomes(all));
    }
  }

  /** The status of each mail's first attempt, by label. */
  private static Map<String, String> attempts(PostfixServer postfix) {
    Map<String, String> all = new HashMap<>();
    for (String line : postfix.log()) {
      Matcher attempt = ATTEMPT.matcher(line);
      if (attempt.find()) {
        all.putIfAbsent(attempt.group(1), attempt.group(2));
      }
    }
    return all;
  }
}
