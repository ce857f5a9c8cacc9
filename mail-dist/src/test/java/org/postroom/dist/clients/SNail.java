package org.postroom.dist.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** s-nail, the mailx of most systems today: commands on its input, IMAP among its folders. */
final class SNail
    implements Client.Sends, Client.Lists, Client.Fetches, Client.Moves, Client.Deletes {
  @Override
  public String name() {
    return "s-nail";
  }

  @Override
  public List<String> programs() {
    return List.of("s-nail");
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    String unused =
        access.run(
            text.replace("\r\n", "\n"),
            "s-nail",
            "-:/",
            "-Sv15-compat",
            "-Stls-ca-file=" + access.authority(),
            "-Stls-ca-no-defaults",
            "-Smta=smtps://"
                + access.loginInUrls()
                + "@"
                + Access.HOST
                + ":"
                + access.submissions(),
            "-Spassword=" + access.password(),
            "-Ssmtp-auth=plain",
            "-Ssendwait",
            "-r",
            access.login(),
            "-s",
            subject,
            access.login());
  }

  @Override
  public List<String> mailboxes(Access access) throws Exception {
    return in(access, "folders @\nexit\n").lines().toList();
  }

  /**
   * It copies into a file of the form mbox, where a line stands before a message, and one after.
   */
  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    Path file = access.folder().resolve("copied");
    String unused = in(access, "copy " + letter.number() + " " + file + "\nexit\n");
    String mbox = Files.readString(file);
    return mbox.substring(mbox.indexOf('\n') + 1, mbox.length() - 1);
  }

  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    String unused = in(access, "move " + letter.number() + " \"+" + mailbox + "\"\nquit\n");
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    String unused = in(access, "delete " + letter.number() + "\nquit\n");
  }

  private static String in(Access access, String commands) throws Exception {
    String account = "imaps://" + access.loginInUrls() + "@" + Access.HOST + ":" + access.imaps();
    return access.run(
        commands,
        "s-nail",
        "-:/",
        "-N",
        "-Squiet",
        "-Sv15-compat",
        "-Stls-ca-file=" + access.authority(),
        "-Stls-ca-no-defaults",
        "-Spassword=" + access.password(),
        "-Sfolder=" + account + "/",
        "-f",
        account + "/INBOX");
  }
}
