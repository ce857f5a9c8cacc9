package org.postroom.dist.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.postroom.core.wire.CertificateAuthority;

/** Angus Mail: what applications in Java send and read mail with. */
final class AngusMail
    implements Client.Sends,
        Client.Lists,
        Client.Fetches,
        Client.Moves,
        Client.Deletes,
        Client.Idles {
  /** What it says to itself begins so. */
  private static final String DEBUG = "DEBUG ";

  @Override
  public String name() {
    return "Angus Mail";
  }

  @Override
  public List<String> programs() {
    return List.of();
  }

  @Override
  public void send(Access access, String subject, String text) throws Exception {
    Session session = session(access);
    try (Transport transport = session.getTransport("smtps")) {
      transport.connect(
          Access.HOST, Integer.parseInt(access.submissions()), access.login(), access.password());
      byte[] mail = access.mail(subject, text).getBytes(ISO_8859_1);
      transport.sendMessage(
          new MimeMessage(session, new ByteArrayInputStream(mail)),
          InternetAddress.parse(access.login()));
    }
  }

  @Override
  public List<String> mailboxes(Access access) throws Exception {
    try (Store store = connected(access, session(access))) {
      return Stream.of(store.getDefaultFolder().list("*")).map(Folder::getFullName).toList();
    }
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    try (Store store = connected(access, session(access));
        IMAPFolder inbox = opened(store, Folder.READ_ONLY)) {
      ByteArrayOutputStream octets = new ByteArrayOutputStream();
      inbox.getMessageByUID(letter.uid()).writeTo(octets);
      return octets.toString(ISO_8859_1);
    }
  }

  @Override
  public void move(Access access, Letter letter, String mailbox) throws Exception {
    try (Store store = connected(access, session(access));
        IMAPFolder inbox = opened(store, Folder.READ_WRITE)) {
      inbox.moveMessages(
          new Message[] {inbox.getMessageByUID(letter.uid())}, store.getFolder(mailbox));
    }
  }

  @Override
  public void delete(Access access, Letter letter) throws Exception {
    try (Store store = connected(access, session(access));
        IMAPFolder inbox = opened(store, Folder.READ_WRITE)) {
      inbox.getMessageByUID(letter.uid()).setFlag(Flags.Flag.DELETED, true);
      Message[] unused = inbox.expunge();
    }
  }

  @Override
  public Client.Waiting idle(Access access) throws Exception {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    Session session = session(access);
    session.setDebugOut(new PrintStream(wire, true, ISO_8859_1));
    session.setDebug(true);
    Store store = connected(access, session);
    IMAPFolder inbox = opened(store, Folder.READ_ONLY);
    CompletableFuture<String> shown =
        CompletableFuture.supplyAsync(
            () -> subjectOfTheNext(inbox), task -> new Thread(task, "angus").start());
    return new Client.Waiting(
        () ->
            wire.toString(ISO_8859_1)
                .lines()
                .filter(line -> !line.startsWith(DEBUG))
                .collect(Collectors.joining("\n")),
        () -> shown.getNow(""),
        () -> close(store));
  }

  private static void close(Store store) {
    try {
      store.close();
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String subjectOfTheNext(IMAPFolder inbox) {
    try {
      inbox.idle(true);
      return inbox.getMessage(inbox.getMessageCount()).getSubject();
    } catch (MessagingException e) {
      throw new CompletionException(e);
    }
  }

  private static IMAPFolder opened(Store store, int mode) throws MessagingException {
    IMAPFolder inbox = (IMAPFolder) store.getFolder("INBOX");
    inbox.open(mode);
    return inbox;
  }

  private static Store connected(Access access, Session session) throws MessagingException {
    Store store = session.getStore("imaps");
    store.connect(Access.HOST, Integer.parseInt(access.imaps()), access.login(), access.password());
    return store;
  }

  private static Session session(Access access) throws Exception {
    Object sockets =
        CertificateAuthority.trusting(Files.readString(access.authority())).getSocketFactory();
    Properties properties = new Properties();
    properties.put("mail.imaps.ssl.socketFactory", sockets);
    properties.put("mail.smtps.ssl.socketFactory", sockets);
    properties.put("mail.smtps.auth", "true");
    properties.put("mail.smtps.from", access.login());
    return Session.getInstance(properties);
  }
}
