package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** A server with ada@example.org in it that hands mail to programs, on the machine's own clock. */
final class ProgramHouse implements AutoCloseable {
  static final String ADA = "ada@example.org";
  static final String MESSAGE = "Subject: hello\r\n\r\nFrom here\r\n.dot\r\n";

  /** Whom programs run as: nobody where the tests are root, else who runs them. */
  static final String USER = user();

  private final Path folder;
  private final StringBuilder main =
      new StringBuilder(
          """
          compatibility_level = 3.12
          myhostname = mail.example.org
          virtual_mailbox_domains = example.org
          mydestination = mail.example.org
          mynetworks = 127.0.0.0/8
          alias_maps =
          """);
  private final StringBuilder master = new StringBuilder();
  private final List<String> accounts = new ArrayList<>(List.of(ADA));
  private MailServer server;

  /** Everybody may write into {@code folder}, so that programs can. */
  ProgramHouse(Path folder) throws IOException {
    this.folder = folder;
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static String user() {
    String self = ProcessHandle.current().info().user().orElse("nobody");
    return self.equals("root") ? "nobody" : self;
  }

  ProgramHouse set(String name, String value) {
    main.append(name).append(" = ").append(value).append('\n');
    return this;
  }

  /** A service that runs pipe, and that gets the mail for the domain NAME.test. */
  ProgramHouse service(String name, String processes, String words) {
    master.append(name + " unix - n n - " + processes + " pipe " + words + "\n");
    return this;
  }

  /** A program that everybody can run, in the folder, which is its $0's. */
  String script(String name, String text) throws IOException {
    Path script = folder.resolve(name);
    Files.writeString(script, "#!/bin/sh\ncd " + folder + "\n" + text + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script.toString();
  }

  /** One more account, beside ada's. */
  ProgramHouse account(String login) {
    accounts.add(login);
    return this;
  }

  ServerBuilder described() throws IOException {
    Files.writeString(folder.resolve("main.cf"), main);
    Files.writeString(folder.resolve("master.cf"), master);
    ServerBuilder builder =
        MailServer.builder()
            .configuration(folder.resolve("main.cf"))
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0);
    accounts.forEach(login -> builder.account(login, "correct horse"));
    return builder;
  }

  ProgramHouse start() throws IOException {
    server = described().start();
    return this;
  }

  MailServer server() {
    return server;
  }

  /** Mail from ada, which is taken. */
  void send(String... recipients) throws Exception {
    try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX))) {
      assertThat(dialogue.say("MAIL FROM:<" + ADA + ">")).startsWith("250");
      for (String recipient : recipients) {
        assertThat(dialogue.say("RCPT TO:<" + recipient + ">")).startsWith("250");
      }
      assertThat(dialogue.say("DATA")).startsWith("354");
      assertThat(dialogue.content(out -> out.write(MESSAGE.getBytes(UTF_8)))).startsWith("250");
    }
  }

  String say(String recipient) throws Exception {
    try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX))) {
      assertThat(dialogue.say("MAIL FROM:<" + ADA + ">")).startsWith("250");
      return dialogue.say("RCPT TO:<" + recipient + ">");
    }
  }

  void awaitEmptyQueue() {
    Until.so(() -> server.inside().queue().size() == 0);
  }

  /** Waits for an attempt, and says what it came to for the one recipient in the queue. */
  String reason() {
    Until.so(() -> !queued().isEmpty() && queued().get(0).attempts() > 0);
    return queued().get(0).lastReason();
  }

  /** Waits until all has left, or is put off; says whether anything is. */
  boolean awaitAttempts() {
    Until.so(() -> queued().stream().allMatch(one -> one.attempts() > 0));
    return !queued().isEmpty();
  }

  /** Ends what waits; nobody hears of it. */
  void forget() {
    List<Long> ids = queued().stream().map(QueuedRecipient::id).toList();
    int unused = new ServerDesk(server).queue().control().change(QueueControl.Change.DELETE, ids);
    awaitEmptyQueue();
  }

  private List<QueuedRecipient> queued() {
    return server.inside().queue().list(1000).stream()
        .flatMap(m -> m.recipients().stream())
        .toList();
  }

  /** Waits for a report in ada's mailbox. */
  String report() {
    Until.so(() -> !Inbox.of(server, ADA).isEmpty());
    return Inbox.of(server, ADA).get(0);
  }

  String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
