package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.mail.StagingArea;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.transcript.Peer;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;

/**
 * An IMAP server over mailboxes in memory, its clock virtual, for {@code ada}, whose password is
 * {@code pw}. Started when first connected to.
 */
final class ImapHouse extends ProtocolHouse {
  private static final String PASSWORD = "pw";

  private final Path folder = temporaryFolder();
  private final StagingArea staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
  private ImapService service;
  private boolean loggedIn;

  ImapHouse() {
    super(PASSWORD);
  }

  ImapHouse(ProtocolHouse neighbour) {
    super(neighbour, PASSWORD);
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("imap-staging");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    if (service == null) {
      service =
          new ImapService(
              settings(ImapParams.ALL),
              usedStore(),
              accounts,
              throttle,
              staging,
              time,
              time,
              new SecureRandom(),
              this::certificate);
    }
    return service.listen(wire, implicitTls.isPresent() ? "imaps" : "imap", address, implicitTls);
  }

  @Override
  public void given(String words) {
    if (words.equals("a log-in")) {
      loggedIn = true;
    } else if (words.startsWith("mailbox ")) {
      store.create(ada.id(), MailboxName.of(words.substring(8)), Optional.empty());
    } else if (words.startsWith("subscription ")) {
      store.subscribe(ada.id(), MailboxName.of(words.substring(13)));
    } else if (words.startsWith("quota ")) {
      accounts.setQuota(ada.id(), Long.parseLong(words.substring(6)));
    } else if (words.startsWith("file ")) {
      String[] parts = words.substring(5).split(" in ", 2);
      deliver(parts[1], file(parts[0]));
    } else if (words.matches("\\d+ messages? in .+")) {
      int count = Integer.parseInt(words.substring(0, words.indexOf(' ')));
      String mailbox = words.substring(words.indexOf(" in ") + 4);
      for (int i = 1; i <= count; i++) {
        deliver(mailbox, ("Subject: m" + i + "\r\n\r\nbody " + i + "\r\n").getBytes(UTF_8));
      }
    } else {
      super.given(words);
    }
  }

  @Override
  public void when(String words) {
    if (words.equals("a guess fails elsewhere")) {
      throttle.failed(InetAddress.getLoopbackAddress(), "ada");
    } else if (words.matches("\\d+ messages? arrives? in .+")) {
      settle();
      given(words.replaceFirst(" arrives? in ", " in "));
    } else if (words.endsWith(" is deleted")) {
      settle();
      store.delete(mailbox(words.substring(0, words.indexOf(" is deleted"))));
    } else {
      super.when(words);
    }
  }

  @Override
  public Peer connect(int number) {
    Peer peer = super.connect(number);
    return loggedIn ? logIn(peer) : peer;
  }

  static <P extends Peer> P logIn(P peer) {
    String greeting = peer.readLine();
    peer.send("login LOGIN ada pw\r\n");
    String answer = peer.readLine();
    if (!answer.startsWith("login OK")) {
      throw new AssertionError(greeting + "\n" + answer);
    }
    return peer;
  }

  /** A message out of the resources, its line ends made CRLF. */
  static byte[] file(String name) {
    try (InputStream in = ImapHouse.class.getResourceAsStream("/messages/" + name)) {
      return new String(in.readAllBytes(), ISO_8859_1).replace("\n", "\r\n").getBytes(ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    super.close();
    staging.close();
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
