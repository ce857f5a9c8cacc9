package org.postroom.dist.remote;

import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.secret.Secret;

/** A conversation with a server that speaks IMAP4rev1 (RFC 3501), one command after the other. */
public final class ImapTalk {
  private static final String AUTH = "AUTH=";

  private final RemoteLine line;
  private ImapReader in;
  private int commands;

  private ImapTalk(RemoteLine line, ImapReader.Aside aside) {
    this.line = line;
    this.in = new ImapReader(line.in(), aside);
  }

  /**
   * Hears the greeting and logs in.
   *
   * @param startTls whether TLS is to begin first; without it nothing is said
   * @param aside where literals go
   * @throws RemoteRefusal when the server refuses
   */
  public static ImapTalk open(
      RemoteLine line, boolean startTls, String user, Secret password, ImapReader.Aside aside)
      throws IOException, RemoteRefusal {
    return open(line, startTls, new Credentials(user, password), aside);
  }

  /** The same with a password or a token. */
  public static ImapTalk open(
      RemoteLine line, boolean startTls, Credentials who, ImapReader.Aside aside)
      throws IOException, RemoteRefusal {
    ImapTalk talk = new ImapTalk(line, aside);
    ImapReader.Response greeting = talk.in.read();
    if (!greeting.word().equals("OK") && !greeting.word().equals("PREAUTH")) {
      throw new RemoteRefusal("the server says " + greeting.word() + " " + greeting.text());
    }
    if (startTls) {
      talk.command("STARTTLS", one -> {});
      line.startTls();
      talk.in = new ImapReader(line.in(), aside);
    }
    if (greeting.word().equals("OK")) {
      talk.logIn(who);
    }
    return talk;
  }

  /**
   * RFC 4616 in the form that needs no SASL-IR; LOGIN where a server does not know it, which it
   * says by BAD, or by NO (RFC 3501, 6.2.2).
   */
  private void logIn(Credentials who) throws IOException, RemoteRefusal {
    if (who.isToken()) {
      showToken(who);
      return;
    }
    String password = who.password().reveal();
    send("AUTHENTICATE PLAIN");
    ImapReader.Response said = answer(one -> {});
    if (said.tag().equals("+")) {
      line.send(who.initial("PLAIN"));
      said = answer(one -> {});
    } else if (!said.word().equals("OK") && isQuotable(who.user()) && isQuotable(password)) {
      send("LOGIN " + quoted(who.user()) + " " + quoted(password));
      said = answer(one -> {});
    }
    check("log-in as " + who.user(), said.word(), who.hiddenIn(said.text()));
  }

  private void showToken(Credentials who) throws IOException, RemoteRefusal {
    Set<String> offered = new HashSet<>();
    command(
        "CAPABILITY",
        said -> {
          if (said.word().equals("CAPABILITY")) {
            said.values().forEach(one -> offered.add(one.toString().toUpperCase(Locale.ROOT)));
          }
        });
    String mechanism =
        who.mechanism(
                offered.stream()
                    .filter(one -> one.startsWith(AUTH))
                    .map(one -> one.substring(AUTH.length()))
                    .toList())
            .orElseThrow(
                () ->
                    new RemoteRefusal(
                        "the server takes no tokens: neither OAUTHBEARER nor XOAUTH2"));
    send("AUTHENTICATE " + mechanism);
    ImapReader.Response said = answer(one -> {});
    if (said.tag().equals("+")) {
      line.send(who.initial(mechanism));
      said = answer(one -> {});
    }
    if (said.tag().equals("+")) {
      line.send(Credentials.understood(mechanism));
      said = answer(one -> {});
    }
    check("log-in as " + who.user(), said.word(), who.hiddenIn(said.text()));
  }

  private static boolean isQuotable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
  }

  private void send(String command) throws IOException {
    line.send("a" + ++commands + " " + command);
  }

  /** Reads up to what ends a command, or asks for more. */
  private ImapReader.Response answer(Consumer<ImapReader.Response> untagged) throws IOException {
    while (true) {
      ImapReader.Response said = in.read();
      if (!said.tag().equals("*")) {
        return said;
      }
      if (said.word().equals("BYE")) {
        throw new IOException("the server says BYE " + said.text());
      }
      untagged.accept(said);
    }
  }

  private static void check(String what, String word, String text) throws RemoteRefusal {
    if (!word.equals("OK")) {
      throw new RemoteRefusal(what + ": the server says " + word + " " + text);
    }
  }

  /**
   * Has a command done.
   *
   * @param untagged sees what the server says meanwhile
   * @throws RemoteRefusal when it is refused
   */
  public void command(String command, Consumer<ImapReader.Response> untagged)
      throws IOException, RemoteRefusal {
    send(command);
    ImapReader.Response said = answer(untagged);
    check(command, said.word(), said.text());
  }

  /** Says goodbye, and waits for nothing. */
  public void leave() throws IOException {
    send("LOGOUT");
  }

  /** As a name is written in a command. */
  public static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
