package org.postroom.dist.clients;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** curl: one request of a shell script, where IMAP's own words are written out. */
final class Curl
    implements Client.Sends, Client.Lists, Client.Fetches, Client.Moves, Client.Deletes {
  private static final Pattern LISTED = Pattern.compile("\\* LIST \\(.*\\) \"/\" \"(.*)\"");

  @Override
  public String name() {
    return "curl";
  }

  @Override
  public List<String> programs() {
    return List.of("curl");
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    String unused =
        curl(
            access,
            access.mail(subject, text),
            "smtps://" + Access.HOST + ":" + access.submissions(),
            "--mail-from",
            access.login(),
            "--mail-rcpt",
            access.login(),
            "--upload-file",
            "-");
  }

  @Override
  public List<String> mailboxes(Access access) throws Exception {
    String listed = curl(access, "", "imaps://" + Access.HOST + ":" + access.imaps() + "/");
    return LISTED.matcher(listed).results().map(found -> found.group(1)).toList();
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    return curl(access, "", inbox(access) + ";UID=" + letter.uid());
  }

  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    String unused =
        curl(
            access,
            "",
            inbox(access),
            "--request",
            "UID MOVE " + letter.uid() + " \"" + mailbox + "\"");
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    for (String request :
        List.of(
            "UID STORE " + letter.uid() + " +FLAGS.SILENT (\\Deleted)",
            "UID EXPUNGE " + letter.uid())) {
      String unused = curl(access, "", inbox(access), "--request", request);
    }
  }

  private static String inbox(Access access) {
    return "imaps://" + Access.HOST + ":" + access.imaps() + "/INBOX";
  }

  private static String curl(Access access, String input, String url, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sSf", "--url", url));
    command.addAll(List.of("--cacert", access.authority().toString()));
    command.addAll(List.of("--user", access.login() + ":" + access.password()));
    command.addAll(List.of(options));
    return access.run(input, command.toArray(String[]::new));
  }
}
