package org.postroom.smtp.client.sts;

import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;

/** Gets the policy that a domain shows now. */
interface PolicyFetch {

  /** Asks for it; on any thread, never with an exception. */
  CompletionStage<Fetched> of(Domain domain);

  /** What came of it. */
  sealed interface Fetched {

    /** It is this. */
    record Shown(StsPolicy policy) implements Fetched {}

    /** There is none that counts. */
    record Failed(Failure kind, String reason) implements Fetched {}
  }

  /** Why there is none, as reports call it (RFC 8460, 4.3.2.2). */
  enum Failure {
    /** Its server does not answer, or not with a policy. */
    FETCH("sts-policy-fetch-error"),
    /** What it answers is malformed. */
    INVALID("sts-policy-invalid"),
    /** Its server does not show who it is. */
    WEBPKI("sts-webpki-invalid");

    private final String word;

    Failure(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }
}
