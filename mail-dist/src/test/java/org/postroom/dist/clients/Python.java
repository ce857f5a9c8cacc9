package org.postroom.dist.clients;

import java.util.ArrayList;
import java.util.List;

/** The libraries that scripts in Python send and read mail with: smtplib and imaplib. */
final class Python
    implements Client.Sends,
        Client.Lists,
        Client.Fetches,
        Client.Moves,
        Client.Deletes,
        Client.Idles {
  private static final String SEND =
      """
      import smtplib, ssl, sys
      host, port, ca, login, password, mail = sys.argv[1:]
      context = ssl.create_default_context(cafile=ca)
      with smtplib.SMTP_SSL(host, int(port), context=context) as c:
          c.login(login, password)
          c.sendmail(login, [login], mail)
      """;

  /** What {@code ok} is given must have ended well; it gives the lines of the answer. */
  private static final String LOGGED_IN =
      """
      import imaplib, re, ssl, sys
      host, port, ca, login, password = sys.argv[1:6]
      def ok(answer):
          assert answer[0] == "OK", answer
          return answer[1]
      c = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
      ok(c.login(login, password))
      """;

  private static final String LIST =
      LOGGED_IN
          + """
          for line in ok(c.list()):
              print(re.search(r'"([^"]*)"$', line.decode()).group(1))
          c.logout()
          """;

  private static final String FETCH =
      LOGGED_IN
          + """
          ok(c.select("INBOX", readonly=True))
          sys.stdout.buffer.write(ok(c.uid("FETCH", sys.argv[6], "(BODY.PEEK[])"))[0][1])
          c.logout()
          """;

  private static final String MOVE =
      LOGGED_IN
          + """
          ok(c.select("INBOX"))
          ok(c.uid("MOVE", sys.argv[6], '"' + sys.argv[7] + '"'))
          c.logout()
          """;

  private static final String DELETE =
      LOGGED_IN
          + """
          ok(c.select("INBOX"))
          ok(c.uid("STORE", sys.argv[6], "+FLAGS", "(\\\\Deleted)"))
          ok(c.expunge())
          c.logout()
          """;

  /** imaplib has no IDLE before Python 3.14, so people write it by hand. */
  private static final String IDLE =
      LOGGED_IN
          + """
          ok(c.select("INBOX"))
          tag = c._new_tag()
          c.send(tag + b" IDLE\\r\\n")
          line = b""
          while not line.endswith(b" EXISTS\\r\\n"):
              line = c.readline()
              print(line.decode().rstrip(), flush=True)
          number = line.split()[1].decode()
          c.send(b"DONE\\r\\n")
          while not line.startswith(tag):
              line = c.readline()
          print(ok(c.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")), flush=True)
          c.logout()
          """;

  @Override
  public String name() {
    return "Python";
  }

  @Override
  public List<String> programs() {
    return List.of("python3");
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    String unused =
        access.run("", command(access, access.submissions(), SEND, access.mail(subject, text)));
  }

  @Override
  public List<String> mailboxes(Access access) throws Exception {
    return access.run("", command(access, access.imaps(), LIST)).lines().toList();
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    return access.run("", command(access, access.imaps(), FETCH, Long.toString(letter.uid())));
  }

  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    String unused =
        access.run("", command(access, access.imaps(), MOVE, Long.toString(letter.uid()), mailbox));
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    String unused =
        access.run("", command(access, access.imaps(), DELETE, Long.toString(letter.uid())));
  }

  @Override
  public Client.Waiting idle(Access access) throws Exception {
    LiveProgram python = LiveProgram.start(access, command(access, access.imaps(), IDLE));
    return new Client.Waiting(python::said, python::said, python::close);
  }

  private static String[] command(Access access, String port, String script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("python3", "-c", script, Access.HOST, port));
    command.addAll(List.of(access.authority().toString(), access.login(), access.password()));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }
}
