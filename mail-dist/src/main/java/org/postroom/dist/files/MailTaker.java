package org.postroom.dist.files;

import java.time.OffsetDateTime;
import java.util.Set;

/** Where the messages of a file go. */
public interface MailTaker {

  /** A message begins. */
  Message begin();

  /** One message; closed in any case. */
  interface Message extends AutoCloseable {

    /** Takes octets; the array may be used again afterwards. */
    void write(byte[] octets, int offset, int length);

    /** It is whole. */
    void end(About about);

    @Override
    void close();
  }

  /**
   * What the file says of a message beside its octets.
   *
   * @param offset where it begins in the file
   * @param uid its number; 0 where it has none
   * @param flags as IMAP names them
   * @param date when it came
   * @param line where it ends in the file, counted from 1
   */
  record About(long offset, long uid, Set<String> flags, OffsetDateTime date, long line) {
    public About {
      flags = Set.copyOf(flags);
    }
  }
}
