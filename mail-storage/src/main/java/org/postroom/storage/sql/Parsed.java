package org.postroom.storage.sql;

import org.jspecify.annotations.Nullable;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;

/**
 * What was found out about a message when it came, as columns keep it. The envelope has a column of
 * its own, since lists of messages need it and not the tree of parts.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Parsed(byte @Nullable [] envelope, byte @Nullable [] structure) {
  /** Of a message that is in no mailbox. */
  static final Parsed UNASKED = new Parsed(null, null);

  /** Of a message that is gone. */
  static final MessageStructure NOTHING = new StructureScanner().finish();

  static Parsed of(MessageStructure structure) {
    return new Parsed(structure.envelope().encode(), structure.encodeWithoutEnvelope());
  }

  static MessageEnvelope envelope(byte @Nullable [] column) {
    return column == null ? MessageEnvelope.EMPTY : MessageEnvelope.decode(column);
  }

  /**
   * The structure of a copy.
   *
   * @param header octets that this copy has in front of the shared content
   */
  static MessageStructure structure(
      byte @Nullable [] column, byte @Nullable [] envelope, int header) {
    if (column == null) {
      return NOTHING;
    }
    MessageStructure shared = MessageStructure.decode(column, envelope(envelope));
    return header == 0 ? shared : shared.shifted(header);
  }
}
