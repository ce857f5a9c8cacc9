package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Comes between a test's client and its session, and does what the client says. */
final class Between implements Meddler {
  static final Duration LATER = Duration.ofSeconds(3);

  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final Queue<String> said = new ConcurrentLinkedQueue<>();

  /** Nothing is between clients and sessions that came while it was not. */
  volatile boolean isThere;

  @Override
  public Optional<Meddling> meets(String listener, Hands hands) {
    return isThere ? Optional.of(new One(hands)) : Optional.empty();
  }

  /** All that clients have said. */
  String heard() {
    return String.join("", heard);
  }

  /** All that sessions have said. */
  String said() {
    return String.join("", said);
  }

  private final class One implements Meddling {
    private final Hands hands;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean keeps;

    One(Hands hands) {
      this.hands = hands;
    }

    @Override
    public void begins() {}

    @Override
    public void fromClient(byte[] octets) {
      for (byte octet : octets) {
        line.write(octet);
        if (octet == '\n') {
          String text = line.toString(ISO_8859_1);
          line.reset();
          heard.add(text);
          obey(text);
        }
      }
    }

    private void obey(String text) {
      switch (text.strip()) {
        case "own" -> hands.toClient("mine\r\n".getBytes(ISO_8859_1));
        case "partend" -> {}
        case "bye" -> {
          hands.toClient("so long\r\n".getBytes(ISO_8859_1));
          hands.hangUp();
        }
        case "reset" -> hands.reset();
        case "refuse" -> {
          hands.toClient("go\r\n".getBytes(ISO_8859_1));
          hands.refuseHandshake();
        }
        case "later" -> hands.later(LATER, () -> hands.toSession("one\r\n".getBytes(ISO_8859_1)));
        case "keep" -> {
          keeps = true;
          hands.toSession("quit\r\n".getBytes(ISO_8859_1));
        }
        default -> hands.toSession(text.getBytes(ISO_8859_1));
      }
    }

    @Override
    public void clientEnds() {
      hands.clientHasEnded();
    }

    @Override
    public void fromSession(byte[] octets) {
      said.add(new String(octets, ISO_8859_1));
      if (keeps) {
        hands.keepsBack(true);
        hands.later(
            LATER,
            () -> {
              hands.toClient(octets);
              hands.keepsBack(false);
            });
      } else {
        hands.toClient(octets);
      }
    }

    @Override
    public void ended() {}
  }
}
