package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.storage.Storage;

/** What the README shows is code that is compiled and run here and in the tests beside. */
final class ReadmeTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void embedsInAnApplication(@TempDir Path folder) throws IOException {
    try (MailServer server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder))
            .listen(Role.MX, 0)
            .listen(Role.IMAPS, 0)
            .account("ada@example.org", "correct horse")
            .start()) {
      int port = server.address(Role.MX).getPort();
      try (Socket client = new Socket("localhost", port)) {
        byte[] greeting = client.getInputStream().readNBytes(20);
        assertThat(new String(greeting, UTF_8)).isEqualTo("220 mail.example.org");
      }
    }
  }

  @Test
  void showsOnlyCodeThatIsCompiled() throws IOException {
    String sources =
        squeeze(
            Files.readString(source("ReadmeTest")) + Files.readString(source("InvoiceMailTest")));

    List<String> snippets = javaSnippets();

    assertThat(snippets).hasSize(2);
    assertThat(snippets).allSatisfy(snippet -> assertThat(sources).contains(squeeze(snippet)));
  }

  private static List<String> javaSnippets() throws IOException {
    Matcher blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("README.md")));
    List<String> snippets = new ArrayList<>();
    while (blocks.find()) {
      snippets.add(blocks.group(1));
    }
    return snippets;
  }

  private static Path source(String name) {
    return Path.of("src/test/java/org/postroom/readme", name + ".java");
  }

  private static String squeeze(String code) {
    return code.replaceAll("\\s+", " ");
  }
}
