package org.postroom.dist.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.secret.Secret;

/** What we say to servers that speak POP3, and what we make of their answers. */
final class PopTalkTest {
  private static final String GREETED = "+OK hello\r\n-ERR no CAPA\r\n+OK\r\n+OK in\r\n";

  /** A server that has said all it will say. */
  private static final class Scripted implements RemoteLine {
    private final InputStream in;
    private final List<String> heard = new ArrayList<>();

    Scripted(String says) {
      in = new ByteArrayInputStream(says.getBytes(ISO_8859_1));
    }

    @Override
    public InputStream in() {
      return in;
    }

    @Override
    public void send(String line) {
      heard.add(line);
    }

    @Override
    public boolean isSecure() {
      return false;
    }

    @Override
    public void startTls() {
      heard.add("TLS");
    }

    @Override
    public void close() {}
  }

  private static PopTalk open(Scripted server) throws IOException, RemoteRefusal {
    return PopTalk.open(server, false, "ada", Secret.of("horse"));
  }

  private static String retrieved(String body) throws IOException, RemoteRefusal {
    return answered("+OK\r\n" + body);
  }

  private static String answered(String answer) throws IOException, RemoteRefusal {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    open(new Scripted(GREETED + answer)).retrieve(1, octets::write);
    return octets.toString(ISO_8859_1);
  }

  private static Scripted tokens(String mechanisms, String answers) {
    return new Scripted("+OK hello\r\n+OK\r\nSASL " + mechanisms + "\r\n.\r\n" + answers);
  }

  @Test
  void showsTokensByWhatIsOffered() throws IOException, RemoteRefusal {
    Credentials token = new Credentials("a,d@x", Secret.of("t0ken"), true);
    Scripted both = tokens("PLAIN XOAUTH2 OAUTHBEARER", "+ \r\n+OK in\r\n");
    PopTalk unused = PopTalk.open(both, false, token);
    assertThat(both.heard.subList(0, 2)).containsExactly("CAPA", "AUTH OAUTHBEARER");
    assertThat(decoded(both.heard.get(2))).isEqualTo("n,a=a=2Cd@x,\1auth=Bearer t0ken\1\1");

    Scripted older = tokens("XOAUTH2", "+ \r\n+ eyJ9\r\n-ERR dXNl no t0ken\r\n");
    assertThatThrownBy(() -> PopTalk.open(older, false, token))
        .isInstanceOf(RemoteRefusal.class)
        .hasMessageContaining("-ERR dXNl no ***");
    assertThat(decoded(older.heard.get(2))).isEqualTo("user=a,d@x\1auth=Bearer t0ken\1\1");
    assertThat(older.heard.get(3)).isEmpty();

    assertThatThrownBy(() -> PopTalk.open(tokens("PLAIN", ""), false, token))
        .hasMessageContaining("the server takes no tokens");
  }

  private static String decoded(String base64) {
    return new String(java.util.Base64.getDecoder().decode(base64), ISO_8859_1);
  }

  @Test
  void logsInByWhatIsOffered() throws IOException, RemoteRefusal {
    Scripted old = new Scripted(GREETED);
    open(old);
    assertThat(old.heard).containsExactly("CAPA", "USER ada", "PASS horse");

    Scripted sasl =
        new Scripted("+OK\r\n+OK\r\n+OK\r\nTOP\r\nSASL LOGIN PLAIN\r\n.\r\n+ \r\n+OK\r\n");
    PopTalk unused = PopTalk.open(sasl, true, "ada", Secret.of("horse"));
    assertThat(sasl.heard).containsExactly("STLS", "TLS", "CAPA", "AUTH PLAIN", "AGFkYQBob3JzZQ==");
  }

  @ParameterizedTest
  @CsvSource({
    "'-ERR busy\r\n', its greeting: the server says -ERR busy",
    "'+OK\r\n-ERR\r\n-ERR who\r\n', log-in as ada: the server says -ERR who",
    "'+OK\r\n-ERR\r\n+OK\r\n-ERR [AUTH] no\r\n', log-in as ada: the server says -ERR [AUTH] no",
  })
  void saysWhatIsRefused(String says, String why) {
    assertThatThrownBy(() -> open(new Scripted(says)))
        .isInstanceOf(RemoteRefusal.class)
        .hasMessage(why);
  }

  @Test
  void nothingIsSaidInClearWhereThereIsNoTls() {
    Scripted server = new Scripted("+OK\r\n-ERR what?\r\n");

    assertThatThrownBy(() -> PopTalk.open(server, true, "ada", Secret.of("horse")))
        .hasMessage("STLS: the server says -ERR what?");
    assertThat(server.heard).containsExactly("STLS");
  }

  @ParameterizedTest
  @CsvSource({
    "'.\r\n', ''",
    "'a\r\n.\r\n', 'a\r\n'",
    "'..\r\n...x\r\n.\r\n', '.\r\n..x\r\n'",
    "'.x\r\n.\r\n', 'x\r\n'",
    "'a\n.\n+OK\r\n.x\n..y\r\n.\r\n', 'a\n.\n+OK\r\nx\n..y\r\n'",
    "'a\n.\r\n+OK\r\n.\r\n', 'a\n.\r\n+OK\r\n'",
    "'a.\r\n.\r\n', 'a.\r\n'",
  })
  void dotsInFrontOfLinesAreTakenAway(String said, String message)
      throws IOException, RemoteRefusal {
    assertThat(retrieved(said)).isEqualTo(message);
  }

  @Test
  void aServerWithoutCarriageReturnsIsUnderstood() throws IOException, RemoteRefusal {
    assertThat(answered("+OK\na\n..\n.\n")).isEqualTo("a\n.\n");
  }

  @Test
  void aPasswordThatAServerRepeatsIsNotSaid() {
    assertThatThrownBy(() -> open(new Scripted("+OK\r\n-ERR\r\n+OK\r\n-ERR who is 'horse'?\r\n")))
        .hasMessage("log-in as ada: the server says -ERR who is '***'?");
    assertThatThrownBy(
            () ->
                open(
                    new Scripted(
                        "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+ \r\n-ERR AGFkYQBob3JzZQ==\r\n")))
        .hasMessage("log-in as ada: the server says -ERR ***");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a\r\n", "a\r\n.", "a\r\n.\r", ".\rx\r\n.\r\n"})
  void aMessageThatHasNoEndIsNone(String said) {
    assertThatThrownBy(() -> retrieved(said)).isInstanceOf(IOException.class);
  }

  @Test
  void aServerThatTalksOnAndOnIsLeft() {
    assertThatThrownBy(() -> open(new Scripted("+OK " + "x".repeat(10_000) + "\r\n")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too long");
    assertThatThrownBy(
            () ->
                open(new Scripted(GREETED + "+OK\r\n" + "1 x\r\n".repeat(11) + ".\r\n"))
                    .list("UIDL", 10, line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 10 lines");
  }

  @Test
  void aPasswordCannotBreakOutOfItsLine() {
    assertThatThrownBy(
            () -> PopTalk.open(new Scripted(GREETED), false, "ada", Secret.of("horse\r\nDELE 1")))
        .isInstanceOf(RemoteRefusal.class)
        .hasMessageNotContaining("horse");
  }
}
