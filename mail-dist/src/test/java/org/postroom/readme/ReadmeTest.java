package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.ChildJvm;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.applet.Postroom;
import org.postroom.storage.Storage;

/** What the README shows is code that is compiled and run here and in the tests beside. */
final class ReadmeTest {
  private static final Page PAGE = Page.of("README.md");

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
    assertThat(PAGE.blocks("java")).hasSize(2);
    PAGE.showsJavaOf("ReadmeTest", "InvoiceMailTest");
  }

  @Test
  void showsNothingThatIsNotTested() throws IOException {
    assertThat(PAGE.blocks("sh")).hasSize(2);
    assertThat(PAGE.blocks("xml")).hasSize(1);
    assertThat(PAGE.blocks("")).hasSize(1 + PAGE.blocks("java").size() + PAGE.blocks("sh").size());
    assertThat(PAGE.blocks("sh").get(0).lines().map(line -> line.split(" ")[1]))
        .containsExactly("serve", "test"); // LauncherTest runs them
  }

  @Test
  void namesTheArchiveThatIsBuilt() throws IOException {
    String version = Files.readString(Path.of("../pom.xml")).split("</?version>", 3)[1];
    assertThat(PAGE.blocks("xml").get(0).replaceAll("\\s", ""))
        .isEqualTo(
            "<dependency><groupId>org.postroom</groupId><artifactId>mail-dist</artifactId><version>"
                + version
                + "</version></dependency>");
  }

  @Test
  @Tag("process")
  void runsAsAServer(@TempDir Path folder) throws Exception {
    CertificateAuthority.Issued keys =
        CertificateAuthority.create(
                "A provider", List.of("mail.example.org"), Clock.systemUTC(), new SecureRandom())
            .issue(List.of("mail.example.org"));
    keys.write(folder.resolve("chain.pem"), folder.resolve("mail.pem"));
    Files.writeString(
        folder.resolve("mail.pem"),
        Files.readString(folder.resolve("chain.pem")),
        StandardOpenOption.APPEND);
    Path launcher = folder.resolve("postroom");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '"
            + String.join("' '", ChildJvm.command(List.of(), Postroom.class))
            + "' \"$@\"\n");
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    String shown = PAGE.blocks("sh").get(1);
    String script =
        shown
            .replace("/var/lib/postroom", folder.resolve("store").toString())
            .replace("/etc/ssl/mail.pem", folder.resolve("mail.pem").toString())
            .replace(
                "myhostname",
                "inet_interfaces = loopback-only\nlisteners = smtp:0 imaps:0\nmyhostname");

    Process server = sh(folder, script);
    try (BufferedReader out = server.inputReader(UTF_8)) {
      List<String> said = new ArrayList<>();
      String line = out.readLine();
      while (line != null && !line.startsWith("Postroom listens: smtp")) {
        said.add(line);
        line = out.readLine();
      }

      assertThat(line).as("%s", said).isNotNull();
      assertThat(said)
          .contains("The configuration is good.")
          .anyMatch(words -> words.startsWith("added ada@example.org with password "));
      Process list = sh(folder, "./postroom user list -c main.cf");
      assertThat(list.inputReader(UTF_8).lines()).contains("ada@example.org");
    } finally {
      server.descendants().forEach(ProcessHandle::destroy);
      server.waitFor();
    }
  }

  private static Process sh(Path folder, String script) throws IOException {
    return new ProcessBuilder("sh", "-e", "-c", script)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
  }
}
