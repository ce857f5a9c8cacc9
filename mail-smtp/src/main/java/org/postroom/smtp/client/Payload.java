package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;

/**
 * How a mail's content goes to one server: by DATA, or by BDAT (RFC 3030) as a single chunk, which
 * is the last; as it is, or encoded where the server does not take it so.
 *
 * <p>A chunk is binary content, which nothing else can carry as it is. There is one: then there is
 * one answer, which cannot be taken for another's, and nothing of the mail is sent before a
 * recipient was taken.
 */
final class Payload {
  private static final int PIECE = 64 * 1024;

  private final Content content;
  private final BodyType body;
  private final @Nullable SevenBit encoded;
  private final boolean isChunk;
  private final int lineLimit;

  private Payload(
      Content content, BodyType body, @Nullable SevenBit encoded, boolean isChunk, int lineLimit) {
    this.content = content;
    this.body = body;
    this.encoded = encoded;
    this.isChunk = isChunk;
    this.lineLimit = lineLimit;
  }

  /**
   * As a server takes it; empty where it does not, and the mail must not be changed.
   *
   * @param lineLimit octets of a line; 0 for any
   */
  static Optional<Payload> of(QueuedMail mail, Greeted server, int lineLimit) {
    Content content = mail.content();
    boolean binary = mail.traits().body() == BodyType.BINARY_MIME;
    if (binary && server.offers("CHUNKING") && server.offers("BINARYMIME")) {
      return Optional.of(new Payload(content, BodyType.BINARY_MIME, null, true, lineLimit));
    }
    if (binary || !server.offers("8BITMIME")) {
      return SevenBit.of(content, binary)
          .map(encoded -> new Payload(content, BodyType.SEVEN_BIT, encoded, false, lineLimit));
    }
    return Optional.of(new Payload(content, mail.traits().body(), null, false, lineLimit));
  }

  /** What it is, for MAIL. */
  BodyType body() {
    return body;
  }

  /** Whether it goes by BDAT, for which no server is asked first. */
  boolean isChunk() {
    return isChunk;
  }

  /** What ends it, as a line: the command of a chunk, or the dot. */
  String lastCommand() {
    return isChunk ? "BDAT " + content.size() + " LAST" : ".";
  }

  /** All of it: the command, where it is a chunk, and the content to its end. */
  void writeTo(Output out) {
    if (isChunk) {
      out.ascii(lastCommand()).ascii("\r\n");
      writeRaw(out);
    } else if (encoded != null) {
      ContentWriter writer = new ContentWriter(out, lineLimit);
      encoded.writeTo(writer);
      writer.end();
    } else {
      new ContentWriter(out, lineLimit).write(content);
    }
  }

  private void writeRaw(Output out) {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), PIECE)));
    for (long position = 0; position < content.size(); ) {
      piece.clear();
      int count = content.read(position, piece);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      out.write(piece.array(), 0, count);
      position += count;
    }
  }
}
