package org.postroom.smtp.client.https;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsSession;

/** A question and its answer, on a connection that has its handshake behind it. */
final class Exchange implements Session {
  private final Connection connection;
  private final HttpQuestion question;
  private final Https.Trust trust;
  private final CompletableFuture<HttpAnswer> done;
  private final AnswerReader answer;

  /** Whether the other side is whom we ask: what anybody else says is no answer. */
  private boolean isBelieved;

  Exchange(
      Connection connection,
      HttpQuestion question,
      Https.Trust trust,
      CompletableFuture<HttpAnswer> done) {
    this.connection = connection;
    this.question = question;
    this.trust = trust;
    this.done = done;
    this.answer = new AnswerReader(question.longest());
  }

  @Override
  public void opened() {
    connection.deadline(question.limit());
    connection.awaitOctets();
    connection.execute(this::ask);
  }

  /** Nothing is said to somebody else. */
  private void ask() {
    Optional<String> fault =
        trust.fault(
            connection.tls().map(TlsSession::peerCertificates).orElseThrow(),
            question.host().name());
    if (fault.isPresent()) {
      fail(new HttpTrouble(fault.get(), true));
    } else {
      isBelieved = true;
      connection.out().write(question.head()).write(question.body()).flush();
    }
  }

  @Override
  public void ready() {
    if (!isBelieved) {
      connection.in().discard();
      return;
    }
    try {
      if (answer.take(connection.in().available())) {
        boolean unused = done.complete(answer.answer());
        connection.close();
      }
    } catch (HttpTrouble e) {
      fail(e);
    }
  }

  @Override
  public void timedOut() {
    fail(new HttpTrouble("no answer in time"));
  }

  @Override
  public void shuttingDown() {
    fail(new HttpTrouble("the mail system is shutting down"));
  }

  @Override
  public void closed() {
    if (isBelieved) {
      answer.end().ifPresent(done::complete);
    }
    fail(new HttpTrouble("lost connection"));
  }

  /** Where it has ended already, this says nothing. */
  private void fail(HttpTrouble why) {
    boolean unused = done.completeExceptionally(why);
    close();
  }

  void close() {
    connection.close();
  }
}
