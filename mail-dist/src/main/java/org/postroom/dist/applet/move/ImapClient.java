package org.postroom.dist.applet.move;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.ImapReader;
import org.postroom.dist.remote.ImapTalk;
import org.postroom.dist.remote.RemoteRefusal;

/** Somebody's mailboxes on a server that speaks IMAP, by a connection of the command's own. */
final class ImapClient implements AutoCloseable {
  private static final int TO_CONNECT = 30_000;
  private static final int TO_ANSWER = 300_000;

  private final SocketLine line;
  private final ImapTalk talk;

  private ImapClient(SocketLine line, ImapTalk talk) {
    this.line = line;
    this.talk = talk;
  }

  /**
   * Logs in.
   *
   * @param factory makes connections with TLS
   * @throws Trouble when the server refuses, or has no TLS and is not on this machine
   */
  static ImapClient open(ImapPlace place, Secret password, SSLSocketFactory factory)
      throws IOException, Trouble {
    Socket plain = new Socket();
    SocketLine line = new SocketLine(plain, place, factory);
    boolean isOpen = false;
    try {
      plain.connect(new InetSocketAddress(place.host(), place.port()), TO_CONNECT);
      plain.setSoTimeout(TO_ANSWER);
      line.begin();
      boolean startTls = !place.tls() && !plain.getInetAddress().isLoopbackAddress();
      ImapTalk talk = ImapTalk.open(line, startTls, place.user(), password, ImapClient::spooled);
      isOpen = true;
      return new ImapClient(line, talk);
    } catch (RemoteRefusal e) {
      throw new Trouble(String.valueOf(e.getMessage()));
    } finally {
      if (!isOpen) {
        line.close();
      }
    }
  }

  private static Body spooled(InputStream octets, long size) throws IOException {
    try (Spool spool = new Spool()) {
      byte[] chunk = new byte[64 * 1024];
      for (int count = octets.read(chunk); count >= 0; count = octets.read(chunk)) {
        spool.write(chunk, 0, count);
      }
      return spool.finish();
    }
  }

  /** See {@link ImapTalk#command}. */
  void command(String command, Consumer<ImapReader.Response> untagged) throws IOException, Trouble {
    try {
      talk.command(command, untagged);
    } catch (RemoteRefusal e) {
      throw new Trouble(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    line.close();
  }
}
