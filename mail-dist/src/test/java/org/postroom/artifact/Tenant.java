package org.postroom.artifact;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.storage.Storage;
import org.postroom.testkit.Mails;
import org.postroom.testkit.TestMail;

/**
 * An application with a mail server on a folder, and a test of it with the fixture. It is asked by
 * words, so that who asks needs none of its classes.
 */
public final class Tenant implements Function<String, List<String>>, AutoCloseable {
  private final MailServer server;
  private final TestMail fixture = TestMail.start();

  public Tenant(Path folder) {
    server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .listen(Role.IMAPS, 0)
            .account("ada@example.org", "secret")
            .start();
  }

  @Override
  public List<String> apply(String question) {
    return switch (question) {
      case "submit" ->
          List.of(
              server
                  .submit(
                      Envelope.parse("shop@example.org", "ada@example.org"),
                      "Subject: one\n\none\n".getBytes(UTF_8))
                  .orThrow()
                  .toString());
      case "count" -> List.of(imaps("STATUS INBOX (MESSAGES)"));
      case "fixture" -> List.of(fixture());
      case "postgres" -> List.of(postgres());
      case "drivers" -> DriverManager.drivers().map(driver -> driver.getClass().getName()).toList();
      case "providers" ->
          List.of(Security.getProviders()).stream()
              .map(provider -> provider.getClass().getName())
              .filter(name -> name.contains("postroom"))
              .toList();
      default -> throw new IllegalArgumentException(question);
    };
  }

  private String imaps(String command) {
    try (SSLSocket socket =
        (SSLSocket)
            trusting(server.authority().orElseThrow())
                .createSocket("localhost", server.address(Role.IMAPS).getPort())) {
      return say(socket, "a LOGIN ada@example.org secret", "b " + command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLSocketFactory trusting(String authority) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "mail",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(authority.getBytes(US_ASCII))));
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String fixture() {
    try (Socket socket = new Socket("localhost", fixture.smtp().port())) {
      say(
          socket,
          "HELO x",
          "MAIL FROM:<shop@example.org>",
          "RCPT TO:<bob@example.org>",
          "DATA",
          "Subject: two\r\n\r\ntwo\r\n.");
      return fixture.awaitOne(Mails.to("bob@example.org")).subject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String postgres() {
    try (MailServer unreachable =
        MailServer.builder()
            .domains("example.org")
            .storage(Storage.postgres("jdbc:postgresql://localhost:1/mail", "mail", "secret"))
            .start()) {
      return "started with " + unreachable.doors();
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Says lines and returns all that was answered. */
  private static String say(Socket socket, String... lines) throws IOException {
    socket.setSoTimeout(20_000);
    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    List<String> answers = new ArrayList<>(List.of(in.readLine()));
    for (String line : lines) {
      socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
      String answer = in.readLine();
      while (answer != null && answer.startsWith("* ")) {
        answers.add(answer);
        answer = in.readLine();
      }
      answers.add(String.valueOf(answer));
    }
    return String.join("\n", Collections.unmodifiableList(answers));
  }

  @Override
  public void close() {
    try (fixture) {
      server.close();
    }
  }
}
