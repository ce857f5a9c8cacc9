package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.testing.SmallPolicyServer;

/**
 * The records say what Postfix says: it is asked anew, where it is installed. With {@code
 * -Dpostroom.records=write} the records are written by what it says now.
 */
@Tag("process")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PostfixItselfTest {
  private static final boolean WRITES = "write".equals(System.getProperty("postroom.records"));

  private static final Path RECORDS = Path.of("src/test/resources/org/postroom/smtp");

  @TempDir private Path folder;

  @BeforeEach
  void isThere() {
    assumeTrue(PrivatePostfix.isThere(), "no Postfix 3.7 that may be started");
  }

  static List<String> files() {
    return PostfixRecord.FILES;
  }

  @ParameterizedTest
  @MethodSource("files")
  void answersAsItIsRecorded(String file) throws IOException {
    PostfixRecord record = PostfixRecord.read(file);
    List<SmallPolicyServer> opened = new ArrayList<>();
    List<Map<String, String>> settings =
        record.configurations().stream().map(one -> one.settings(opened)).toList();

    String said;
    try (PrivatePostfix postfix = PrivatePostfix.start(folder, settings)) {
      said = record.text(one -> one.held(() -> postfix.dial(record.configurations().indexOf(one))));
    } finally {
      opened.forEach(SmallPolicyServer::close);
    }

    if (WRITES) {
      Files.writeString(RECORDS.resolve(file), said);
    } else {
      assertThat(said).isEqualTo(record.text(PostfixRecord.Configuration::exchanges));
    }
  }

  @Test
  void routesAsItIsRecorded() throws IOException {
    PostfixRoutes record = PostfixRoutes.recorded();
    List<Map<String, String>> settings = new ArrayList<>();
    record.configurations().forEach(one -> settings.add(PostfixRoutes.house(one.settings())));

    PostfixRoutes said;
    try (PrivatePostfix postfix = PrivatePostfix.start(folder, settings)) {
      said =
          record.answered(
              (one, sender, recipient) -> {
                int configuration = record.configurations().indexOf(one);
                return new PostfixRoutes.Routed(
                    sender,
                    recipient,
                    postfix.route(configuration, sender, recipient),
                    PostfixRoutes.reply(postfix.dial(configuration), sender, recipient));
              });
    }

    if (WRITES) {
      Files.writeString(RECORDS.resolve(PostfixRoutes.FILE), said.text());
    } else {
      assertThat(said.text()).isEqualTo(record.text());
    }
  }

  @Test
  void asksPolicyServersAsItIsRecorded() throws IOException {
    String asked;
    try (SmallPolicyServer server =
            SmallPolicyServer.byTcp(request -> SmallPolicyServer.action("DUNNO"));
        PrivatePostfix postfix =
            PrivatePostfix.start(folder, List.of(PolicyRequests.settings(server)))) {
      asked = PolicyRequests.held(postfix.dial(0), server);
    }

    if (WRITES) {
      Files.writeString(RECORDS.resolve(PolicyRequests.FILE), asked);
    } else {
      assertThat(asked).isEqualTo(PolicyRequests.recorded());
    }
  }
}
