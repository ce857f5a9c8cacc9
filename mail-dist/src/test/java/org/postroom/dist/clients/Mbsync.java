package org.postroom.dist.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * mbsync: mailboxes here and there are made the same, so mail is moved and removed by what is done
 * to files.
 */
final class Mbsync implements Client.Lists, Client.Fetches, Client.Moves, Client.Deletes {
  private static final String MAILDIRS = "maildirs";

  @Override
  public String name() {
    return "mbsync";
  }

  @Override
  public List<String> programs() {
    return List.of("mbsync");
  }

  @Override
  public List<String> mailboxes(Access access) throws Exception {
    return mbsync(access, "--list").lines().toList();
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    String unused = mbsync(access, "-q");
    return Files.readString(file(access, letter));
  }

  /** What another mailbox's number in a file's name says is not true of a new one. */
  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    String unused = mbsync(access, "-q");
    Path file = file(access, letter);
    String name = file.getFileName().toString().replaceFirst(",U=\\d+", "");
    Files.move(file, maildirs(access).resolve(mailbox).resolve("cur").resolve(name));
    String unusedToo = mbsync(access, "-q");
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    String unused = mbsync(access, "-q");
    Files.delete(file(access, letter));
    String unusedToo = mbsync(access, "-q");
  }

  private static Path file(Access access, Letter letter) throws IOException {
    try (Stream<Path> files = Files.walk(maildirs(access).resolve("INBOX"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1)
            .contains("\nSubject: " + letter.subject() + "\n")) {
          return file;
        }
      }
    }
    throw new AssertionError("mbsync has not fetched " + letter);
  }

  private static Path maildirs(Access access) {
    return access.folder().resolve(MAILDIRS);
  }

  private static String mbsync(Access access, String option) throws Exception {
    Path here = Files.createDirectories(maildirs(access));
    Path config =
        access.write(
            "mbsyncrc",
            """
            IMAPAccount site
            Host %s
            Port %s
            User %s
            Pass "%s"
            SSLType IMAPS
            CertificateFile %s

            IMAPStore far
            Account site

            MaildirStore near
            Path %s/
            Inbox %s/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Near
            Expunge Both
            Sync All
            """
                .formatted(
                    Access.HOST,
                    access.imaps(),
                    access.login(),
                    access.password(),
                    access.authority(),
                    here,
                    here));
    return access.run("", "mbsync", option, "-c", config.toString(), "all");
  }
}
