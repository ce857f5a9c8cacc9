package org.postroom.dist.clients;

import java.util.List;
import java.util.function.Supplier;

/** A client that people have. What it can be made to do is what it implements. */
interface Client {
  /** What people call it. */
  String name();

  /** What must be installed for it. */
  List<String> programs();

  /** It can send mail. */
  interface Sends extends Client {
    /** Sends a mail to its own account. */
    void send(Access access, String subject, String text) throws Exception;
  }

  /** It can say which mailboxes there are. */
  interface Lists extends Client {
    /** The names of all mailboxes, in any order. */
    List<String> mailboxes(Access access) throws Exception;
  }

  /** It can read mail. */
  interface Fetches extends Client {
    /** A message of INBOX, header and body; lines may end as they do in files. */
    String fetch(Access access, Letter letter) throws Exception;
  }

  /** It can put mail away. */
  interface Moves extends Client {
    /** Moves a message from INBOX into a mailbox that is there. */
    void move(Access access, Letter letter, String mailbox) throws Exception;
  }

  /** It can remove mail. */
  interface Deletes extends Client {
    /** Removes a message from INBOX for good. */
    void delete(Access access, Letter letter) throws Exception;
  }

  /** It can wait for mail (RFC 2177). */
  interface Idles extends Client {
    /** Opens INBOX and begins to wait. */
    Waiting idle(Access access) throws Exception;
  }

  /**
   * A client that waits for mail.
   *
   * @param wire what it and the server have said to each other so far, as it writes that down
   * @param shown what a person sees by now of the mail that has come
   * @param end ends it
   */
  record Waiting(Supplier<String> wire, Supplier<String> shown, Runnable end)
      implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }
}
