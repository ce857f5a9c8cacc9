package org.postroom.dist;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.provider.Arguments;
import org.postroom.core.door.Door;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.Transcript;

/** A protocol that clients speak, its transcripts, and what a house must know of it. */
enum Protocol {
  SMTP(Role.MX) {
    @Override
    void startTls(Peer client) {
      exchange(client, "EHLO client.example", "250 ");
      exchange(client, "STARTTLS", "220 ");
    }

    @Override
    void keepAlive(Peer client) {
      exchange(client, "NOOP", "250 ");
    }
  },
  POP3(Role.POP3) {
    @Override
    void keepAlive(Peer client) {
      exchange(client, "NOOP", "+OK");
    }
  },
  IMAP(Role.IMAP) {
    @Override
    void logIn(Peer client) {
      LoggedIn.ada(client);
    }

    /** By a command that tells nothing of expunges. */
    @Override
    void keepAlive(Peer client) {
      exchange(client, "alive NAMESPACE", "alive OK");
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // a name, a number and a flag
  private final Door role;

  Protocol(Door role) {
    this.role = role;
  }

  /** The conversations of all protocols, each behind its protocol. */
  static List<Arguments> allTranscripts() {
    return Arrays.stream(values())
        .flatMap(one -> one.transcripts().stream().map(found -> Arguments.of(one, found)))
        .toList();
  }

  private List<Transcript> transcripts() {
    String name = name().toLowerCase(Locale.ROOT);
    return Transcript.in("org/postroom/" + name + "/transcripts", "." + name);
  }

  /** Where clients come to, when nothing else is said. */
  Door role() {
    return role;
  }

  /** Takes the greeting and logs in as ada. */
  void logIn(Peer client) {
    throw new IllegalArgumentException("A log-in is a part of this protocol's transcripts");
  }

  /** Has the server begin with TLS, where there is no port on which it begins at once. */
  void startTls(Peer client) {
    throw new IllegalArgumentException("There is a port for this protocol over TLS");
  }

  /** Says something that changes nothing. */
  abstract void keepAlive(Peer client);

  private static void exchange(Peer client, String line, String answer) {
    client.send(line + "\r\n");
    String heard;
    do {
      heard = client.readLine();
      if (heard == null) {
        throw new AssertionError("the server ended the connection on " + line);
      }
    } while (!heard.startsWith(answer));
  }
}
