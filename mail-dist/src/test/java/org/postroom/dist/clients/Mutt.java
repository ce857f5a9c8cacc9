package org.postroom.dist.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.testing.Until;
import org.postroom.dist.Programs;

/** mutt: a person at a terminal, whose keys are in its configuration. */
final class Mutt
    implements Client.Sends,
        Client.Lists,
        Client.Fetches,
        Client.Moves,
        Client.Deletes,
        Client.Idles {
  private static final String ESC = "\u001b";
  private static final Pattern TERMINAL_CONTROL =
      Pattern.compile(ESC + "(\\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])|[\u000e\u000f]");
  private static final Pattern LISTED = Pattern.compile("\\d +IMAP +(\\S+(?: \\S+)*)");
  private static final Pattern SAID_OVER_THE_WIRE = Pattern.compile("^\\[[^]]*] \\d+[<>] .*$");

  @Override
  public String name() {
    return "mutt";
  }

  @Override
  public List<String> programs() {
    return List.of("mutt", "script");
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    Path config =
        access.write(
            "muttrc",
            settings(access)
                + """
                set smtp_url="smtps://%s@%s:%s" smtp_pass="%s"
                set from="%s" copy=no
                """
                    .formatted(
                        access.loginInUrls(),
                        Access.HOST,
                        access.submissions(),
                        access.password(),
                        access.login()));
    String unused =
        access.run(
            text.replace("\r\n", "\n"),
            "mutt",
            "-n",
            "-F",
            config.toString(),
            "-s",
            subject,
            "--",
            access.login());
  }

  /** They stand in its browser, which it opens from a mailbox without lines to draw over. */
  @Override
  public List<String> mailboxes(Access access) throws Exception {
    Path config = access.write("muttrc", settings(access) + push("<change-folder>?"));
    try (LiveProgram mutt =
        LiveProgram.startOnTerminal(access, "TERM=vt100 mutt -n -F " + config + " -f =Drafts")) {
      Until.so(() -> screen(mutt).contains("File mask:"));
      return LISTED.matcher(screen(mutt)).results().map(found -> found.group(1)).toList();
    }
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    Path maildir = access.folder().resolve("copied");
    keys(access, limitTo(letter) + "<copy-message>" + maildir + "<enter><quit>");
    try (Stream<Path> files = Files.walk(maildir)) {
      return Files.readString(files.filter(Files::isRegularFile).findFirst().orElseThrow());
    }
  }

  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    keys(access, limitTo(letter) + "<save-message>=" + typed(mailbox) + "<enter><quit>");
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    keys(access, limitTo(letter) + "<delete-message><quit>");
  }

  /**
   * It looks every second whether the server has said something; while it is in IDLE it says
   * nothing itself.
   */
  @Override
  public Client.Waiting idle(Access access) throws Exception {
    Path config =
        access.write("muttrc", settings(access) + "set imap_idle=yes timeout=1 mail_check=1\n");
    LiveProgram mutt = LiveProgram.startOnTerminal(access, "TERM=vt100 mutt -n -d 2 -F " + config);
    Path log = access.folder().resolve(".muttdebug0");
    return new Client.Waiting(
        () ->
            LiveProgram.written(log)
                .lines()
                .filter(line -> SAID_OVER_THE_WIRE.matcher(line).matches())
                .collect(Collectors.joining("\n")),
        () -> screen(mutt),
        mutt::close);
  }

  private static void keys(Access access, String keys) throws Exception {
    Path config = access.write("muttrc", settings(access) + push(keys));
    Programs.runOnTerminal(access.folder(), "mutt -n -F " + config);
  }

  private static String limitTo(Letter letter) {
    return "<limit>~s " + letter.subject() + "<enter>";
  }

  /** A space alone would go through the mailboxes that it knows. */
  private static String typed(String mailbox) {
    return mailbox.replace(" ", "<quote-char> ");
  }

  private static String push(String keys) {
    return "push \"" + keys + "\"\n";
  }

  /** What the terminal was told, without how it was to look; two spaces where it was not text. */
  private static String screen(LiveProgram mutt) {
    return TERMINAL_CONTROL.matcher(mutt.said()).replaceAll("  ");
  }

  private static String settings(Access access) {
    return """
    set ssl_ca_certificates_file="%s"
    set ssl_force_tls=yes ssl_starttls=no
    set imap_user="%s" imap_pass="%s"
    set folder="imaps://%s:%s/" spoolfile="+INBOX"
    set mbox_type=Maildir confirmappend=no confirmcreate=no move=no quit=yes
    set wait_key=no delete=yes header_cache="" message_cachedir="" sleep_time=0
    """
        .formatted(
            access.authority(), access.login(), access.password(), Access.HOST, access.imaps());
  }
}
