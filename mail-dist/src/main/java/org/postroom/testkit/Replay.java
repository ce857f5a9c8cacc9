package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Says to a server what a client has said, and holds its answers against those that were heard. */
final class Replay implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("<([a-z][a-z0-9-]*)>");
  private static final Pattern STARTS_TLS = Pattern.compile("(?i)C: (?:[^ ]+ )?(?:STARTTLS|STLS)");
  private static final Pattern YES = Pattern.compile("S: (?:220|\\+OK|[^ *]+ OK).*");

  private final SSLContext trust;
  private final Map<String, String> names = new HashMap<>();
  private Socket socket;

  Replay(String host, int port, boolean tls, SSLContext trust, int patience) throws IOException {
    this.trust = trust;
    socket = tls ? trust.getSocketFactory().createSocket(host, port) : new Socket(host, port);
    socket.setSoTimeout(patience);
  }

  /**
   * Replays it.
   *
   * @throws AssertionError where an answer is another one
   */
  void run(Recording recording) throws IOException {
    String command = "";
    List<String> before = new ArrayList<>();
    for (String line : recording.lines()) {
      before.add(line);
      if (line.startsWith(Recording.CLIENT)) {
        command = line;
        say(line.substring(Recording.CLIENT.length()));
        continue;
      }
      String heard = hear().map(Recording.SERVER::concat).orElse("the connection is over");
      if (!isAsWanted(line, heard)) {
        throw new AssertionError(
            "line "
                + before.size()
                + " of the recording was answered otherwise\nexpected: "
                + line
                + "\nheard:    "
                + heard
                + "\nbefore that:\n  "
                + String.join("\n  ", before.subList(0, before.size() - 1)));
      }
      if (STARTS_TLS.matcher(command).matches() && YES.matcher(line).matches()) {
        startTls();
      }
    }
  }

  private void say(String line) throws IOException {
    String said = line;
    int credentials = said.indexOf(Recording.CREDENTIALS);
    if (credentials >= 0) {
      String login = said.substring(credentials + Recording.CREDENTIALS.length());
      byte[] plain = ("\0" + login + "\0" + TestMail.PASSWORD).getBytes(UTF_8);
      said = said.substring(0, credentials) + Base64.getEncoder().encodeToString(plain);
    }
    said = said.replace(Recording.SECRET, TestMail.PASSWORD);
    for (Map.Entry<String, String> name : names.entrySet()) {
      said = said.replace("<" + name.getKey() + ">", name.getValue());
    }
    socket.getOutputStream().write((said + "\r\n").getBytes(UTF_8));
  }

  /** The next line, read to its end and no further: TLS may begin behind it. */
  private Optional<String> hear() throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int octet = in.read();
    while (octet >= 0 && octet != '\n') {
      line.write(octet);
      octet = in.read();
    }
    String text = line.toString(octet < 0 ? US_ASCII : UTF_8);
    return octet < 0
        ? Optional.empty()
        : Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  private boolean isAsWanted(String wanted, String heard) {
    Matcher name = NAME.matcher(wanted);
    List<String> asked = new ArrayList<>();
    StringBuilder pattern = new StringBuilder();
    int end = 0;
    while (name.find()) {
      pattern.append(Pattern.quote(wanted.substring(end, name.start())));
      String known = names.get(name.group(1));
      if (known == null) {
        asked.add(name.group(1));
        pattern.append("(.*)");
      } else {
        pattern.append(Pattern.quote(known));
      }
      end = name.end();
    }
    pattern.append(Pattern.quote(wanted.substring(end)));
    Matcher answer = Pattern.compile(pattern.toString()).matcher(heard);
    if (!answer.matches()) {
      return false;
    }
    for (int i = 0; i < asked.size(); i++) {
      names.put(asked.get(i), answer.group(i + 1));
    }
    return true;
  }

  private void startTls() throws IOException {
    SSLSocket secured =
        (SSLSocket)
            trust.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    secured.startHandshake();
    socket = secured;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
