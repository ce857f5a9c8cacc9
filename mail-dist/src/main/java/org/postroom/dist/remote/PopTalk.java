package org.postroom.dist.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.secret.Secret;

/** A conversation with a server that speaks POP3 (RFC 1939), one command after the other. */
public final class PopTalk {
  /** RFC 2449, 4 has 512; some say more. */
  private static final int LONGEST_LINE = 4096;

  private static final int LONGEST_CAPA = 200;

  private final RemoteLine line;

  /** Whether the last line ended with a CR before its LF. */
  private boolean hadCr;

  private PopTalk(RemoteLine line) {
    this.line = line;
  }

  /** Takes octets of a message as they come; the array is used again. */
  @FunctionalInterface
  public interface Octets {
    /** Takes some. */
    void take(byte[] octets, int offset, int length) throws IOException;
  }

  /**
   * Hears the greeting and logs in.
   *
   * @param startTls whether TLS is to begin first; without it nothing is said
   * @throws RemoteRefusal when the server refuses
   */
  public static PopTalk open(RemoteLine line, boolean startTls, String user, Secret password)
      throws IOException, RemoteRefusal {
    return open(line, startTls, new Credentials(user, password));
  }

  /** The same with a password or a token. */
  public static PopTalk open(RemoteLine line, boolean startTls, Credentials who)
      throws IOException, RemoteRefusal {
    PopTalk talk = new PopTalk(line);
    talk.check("its greeting");
    if (startTls) {
      talk.command("STLS");
      line.startTls();
    }
    talk.logIn(who);
    return talk;
  }

  /**
   * By SASL where it is offered (RFC 5034), which knows passwords with blanks and without ASCII.
   */
  private void logIn(Credentials who) throws IOException, RemoteRefusal {
    String what = "log-in as " + who.user();
    String password = who.password().reveal();
    Optional<String> mechanism = who.mechanism(offered());
    if (mechanism.isPresent()) {
      line.send("AUTH " + mechanism.get());
      String said = line();
      if (isQuestion(said)) {
        line.send(who.initial(mechanism.get()));
        said = line();
        if (who.isToken() && isQuestion(said)) {
          line.send(Credentials.understood(mechanism.get()));
          said = line();
        }
        check(what, who.hiddenIn(said));
        return;
      }
    }
    if (who.isToken()) {
      throw new RemoteRefusal("the server takes no tokens: neither OAUTHBEARER nor XOAUTH2");
    }
    if ((who.user() + password).chars().anyMatch(c -> c < ' ')) {
      throw new RemoteRefusal(what + ": a name or a password that cannot be said in a line");
    }
    line.send("USER " + who.user());
    check(what);
    line.send("PASS " + password);
    check(what, who.hiddenIn(line()));
  }

  private static boolean isQuestion(String said) {
    return said.startsWith("+ ") || said.equals("+");
  }

  /** Mechanisms of SASL. */
  private Set<String> offered() throws IOException {
    Set<String> found = new HashSet<>();
    line.send("CAPA");
    if (line().startsWith("+OK")) {
      lines(
          LONGEST_CAPA,
          one -> {
            String words = one.toUpperCase(Locale.ROOT);
            if (words.startsWith("SASL ")) {
              found.addAll(List.of(words.split(" ")));
            }
          });
    }
    return found;
  }

  /**
   * Has a command done that is answered by one line.
   *
   * @throws RemoteRefusal when it is refused
   */
  public void command(String command) throws IOException, RemoteRefusal {
    line.send(command);
    check(command);
  }

  /**
   * Has one done that is answered by many.
   *
   * @param most so many lines may come
   * @param each takes one, without its end
   * @throws RemoteRefusal when it is refused
   */
  public void list(String command, int most, Consumer<String> each)
      throws IOException, RemoteRefusal {
    command(command);
    lines(most, each);
  }

  private void check(String what) throws IOException, RemoteRefusal {
    check(what, line());
  }

  private static void check(String what, String said) throws RemoteRefusal {
    if (!said.startsWith("+OK")) {
      throw new RemoteRefusal(what + ": the server says " + said);
    }
  }

  private void lines(int most, Consumer<String> each) throws IOException {
    int count = 0;
    for (String one = line(); !one.equals("."); one = line()) {
      if (++count > most) {
        throw new IOException("the server says more than " + most + " lines");
      }
      each.accept(one.startsWith(".") ? one.substring(1) : one);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream(80);
    InputStream in = line.in();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("the server has ended the connection");
      }
      if (text.size() == LONGEST_LINE) {
        throw new IOException("the server says a line that is too long");
      }
      text.write(octet);
    }
    String said = text.toString(ISO_8859_1);
    hadCr = said.endsWith("\r");
    return hadCr ? said.substring(0, said.length() - 1) : said;
  }

  /**
   * Reads a message. Dots in front of lines are taken away; nothing else is changed. Where the
   * server ends its own lines with CRLF, a LF alone ends no line of the message: what its writer
   * has put behind one is neither its end nor an answer.
   *
   * @param number of the message
   * @param octets takes them
   * @throws RemoteRefusal when the server refuses
   */
  public void retrieve(int number, Octets octets) throws IOException, RemoteRefusal {
    command("RETR " + number);
    InputStream in = line.in();
    byte[] out = new byte[16 * 1024];
    int held = 0;
    boolean endsByLf = !hadCr;
    boolean atStart = true;
    int last = 0;
    while (true) {
      int octet = in.read();
      if (atStart && octet == '.') {
        octet = in.read();
        if (isEnd(in, octet, endsByLf)) {
          break;
        }
      }
      out[held++] = (byte) octet(octet);
      atStart = octet == '\n' && (endsByLf || last == '\r');
      last = octet;
      if (held == out.length) {
        octets.take(out, 0, held);
        held = 0;
      }
    }
    octets.take(out, 0, held);
  }

  private static boolean isEnd(InputStream in, int octet, boolean endsByLf) throws IOException {
    if (octet == '\r' && in.read() != '\n') {
      throw new IOException("a dot and a carriage return alone begin a line");
    }
    return octet == '\r' || octet == '\n' && endsByLf;
  }

  private static int octet(int octet) throws EOFException {
    if (octet < 0) {
      throw new EOFException("the server has ended the connection");
    }
    return octet;
  }
}
