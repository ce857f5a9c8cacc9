package org.postroom.dist.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.postroom.core.secret.Secret;

/** What somebody logs in with elsewhere. */
record Credentials(String user, Secret password) {

  /** As SASL's PLAIN says them in a line (RFC 4616). */
  String plain() {
    String words = "\0" + user + "\0" + password.reveal();
    return Base64.getEncoder().encodeToString(words.getBytes(UTF_8));
  }

  /** What a server says of them, without the password: some repeat what they were told. */
  String hiddenIn(String said) {
    String secret = password.reveal();
    if (secret.isEmpty()) {
      return said;
    }
    return said.replace(plain(), "***")
        .replace(new String(secret.getBytes(UTF_8), ISO_8859_1), "***")
        .replace(ImapTalk.quoted(secret), "***");
  }
}
