package org.postroom.smtp.client.sts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.https.HttpAnswer;
import org.postroom.smtp.client.https.HttpQuestion;
import org.postroom.smtp.client.https.HttpTrouble;
import org.postroom.smtp.client.https.Https;

/**
 * Gets policies from the hosts that have them by name (RFC 8461, 3.3): {@code
 * https://mta-sts.domain/.well-known/mta-sts.txt}, with a certificate for that name, as plain text
 * of at most 64 KB within 30 s; whoever sends us elsewhere shows none.
 */
final class PolicyHosts implements PolicyFetch {
  private static final String PATH = "/.well-known/mta-sts.txt";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Https https;
  private final int port;

  PolicyHosts(Https https, int port) {
    this.https = https;
    this.port = port;
  }

  @Override
  public CompletionStage<Fetched> of(Domain domain) {
    Optional<Domain> host = Domain.parse("mta-sts." + domain.name());
    if (host.isEmpty()) {
      return CompletableFuture.completedStage(
          new Fetched.Failed(Failure.FETCH, "its name is too long"));
    }
    return https
        .ask(HttpQuestion.get(host.get(), port, PATH, StsPolicy.LONGEST_FILE, LIMIT))
        .handle((answer, trouble) -> trouble == null ? read(answer) : failed(trouble));
  }

  private static Fetched failed(Throwable trouble) {
    boolean untrusted = Reason.cause(trouble) instanceof HttpTrouble http && http.isUntrusted();
    return new Fetched.Failed(untrusted ? Failure.WEBPKI : Failure.FETCH, Reason.text(trouble));
  }

  private static Fetched read(HttpAnswer answer) {
    if (answer.status() != 200) {
      return new Fetched.Failed(Failure.FETCH, "it answers " + answer.status());
    }
    if (!answer.type().equals("text/plain")) {
      return new Fetched.Failed(Failure.FETCH, "its answer is not text/plain");
    }
    try {
      return new Fetched.Shown(
          StsPolicy.parse(UTF_8.newDecoder().decode(ByteBuffer.wrap(answer.body())).toString()));
    } catch (StsPolicy.Malformed e) {
      return new Fetched.Failed(Failure.INVALID, String.valueOf(e.getMessage()));
    } catch (CharacterCodingException e) {
      return new Fetched.Failed(Failure.INVALID, "it is no UTF-8");
    }
  }
}
