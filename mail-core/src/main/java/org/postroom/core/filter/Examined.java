package org.postroom.core.filter;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;

/** A mail, as filters see it. */
public interface Examined {

  /** What it will be called. */
  QueueId id();

  /** How it came. */
  Origin origin();

  /** The client that has brought it; loopback for mail made here. */
  InetAddress address();

  /** The account that the client has logged in to. */
  Optional<String> login();

  /** Who sends and who receives, as the client said. */
  Envelope envelope();

  /** The addresses that its recipients come to. */
  List<Address> targets();

  /** Its octets, the Received header of this hop in front. */
  Content content();

  /**
   * All its parts, the mail itself first, each before those within it: those of multiparts and of
   * messages that it carries, too. At most as many as the structure of a mail is split into.
   */
  List<Part> parts();

  /**
   * Begins to edit the content; the caller closes it.
   *
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   */
  Edit edit();

  /**
   * A part of a mail.
   *
   * @param type of its content, such as {@code text}, in lower case
   * @param subtype such as {@code plain}, in lower case; may be empty
   * @param name of the file that it is, decoded; empty where it has none
   * @param encoding how its octets are written, such as {@code base64}, in lower case
   * @param body its octets, as they are written
   */
  record Part(String type, String subtype, String name, String encoding, Content body) {}

  /** Content that becomes another one, from its beginning to its end. */
  interface Edit extends AutoCloseable {

    /**
     * Instead of the octets between two positions of the original there are others; of no octets,
     * they are put in. Calls go forward in the original. Where they become too many, it throws what
     * nobody is to catch: the mail is refused for now.
     */
    void replace(long from, long to, byte[] octets);

    /** The edited content, whole; nothing more can be edited. */
    Content finish();

    /** Forgets what was written, unless it is finished. */
    @Override
    void close();
  }
}
