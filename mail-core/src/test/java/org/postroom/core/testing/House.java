package org.postroom.core.testing;

import java.time.Duration;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.transcript.LeftOut;

/**
 * What the {@link Sentences} of transcripts are about: a server with mailboxes, accounts, a time
 * and clients, whatever it is built of. What a house cannot be or do, it answers with {@link
 * LeftOut}.
 */
public interface House {

  // How it is built; said before anybody connects.

  /** Sets a parameter of the server. */
  void set(String parameter, String value);

  /** Has clients come to a listener of this role, where a protocol has several. */
  void role(String name);

  /** Has clients come over a connection that is not encrypted, because that makes a difference. */
  void inClear();

  /** Has clients come from another machine. */
  void fromElsewhere();

  /** Has connections begin behind the greeting and a log-in of ada's. */
  void loggedIn();

  /** Has clients log in with {@link TestTokens}, too. */
  void tokens();

  /** Has no certificate for who asks for TLS. */
  void withoutCertificate();

  /** Has the store fail when the server calls this method of it. */
  void failAt(String method, RuntimeException failure);

  // What is in it.

  /** The mailboxes, which do not fail here. */
  MailStore mail();

  Accounts accounts();

  // What happens to it.

  /** Waits until the server has nothing more to do at this moment. */
  void settle();

  void pass(Duration time);

  /** Ends, as the server does when it is told to. */
  void stop();

  /** Has the store forget the traces of expunged messages. */
  void forgetExpunged();

  /** Has somebody guess ada's password, wrongly, by another protocol. */
  void guess();
}
