package org.postroom.dist.applet.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;

/** Whether a connection comes about. */
@FunctionalInterface
public interface Reach {

  /** What became of it. */
  enum Outcome {
    REACHED("answers"),
    REFUSED("connection refused"),

    /** Nothing came back. */
    SILENT("no answer in time"),

    /** The system says that there is no way. */
    NO_WAY("no route to it");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Opens a connection, says nothing, and closes it. */
  Outcome tryOut(InetSocketAddress peer, Duration limit);

  /** By the network of this machine. */
  static Outcome bySocket(InetSocketAddress peer, Duration limit) {
    try (Socket socket = new Socket()) {
      socket.connect(peer, (int) Math.max(1, limit.toMillis()));
      return Outcome.REACHED;
    } catch (SocketTimeoutException e) {
      return Outcome.SILENT;
    } catch (ConnectException e) {
      String said = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      return said.contains("refused")
          ? Outcome.REFUSED
          : said.contains("timed out") ? Outcome.SILENT : Outcome.NO_WAY;
    } catch (IOException e) {
      return Outcome.NO_WAY;
    }
  }
}
