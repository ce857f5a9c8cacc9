package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.wire.Output;

/**
 * How a mail's content goes to one server: by DATA, or by BDAT (RFC 3030) as a single chunk, which
 * is the last; as it is, or encoded where the server does not take it so.
 *
 * <p>A chunk is binary content, which nothing else can carry as it is, or a big mail. There is one,
 * whose size is counted before: then there is one answer, which cannot be taken for another's, and
 * nothing of the mail is sent before a recipient was taken.
 */
final class Payload {
  /** From so many octets on, what a chunk saves pays for counting it. */
  static final long BIG = 1 << 20;

  private static final int PIECE = 64 * 1024;

  private final Content content;
  private final BodyType body;
  private final @Nullable SevenBit encoded;
  private final boolean isChunk;
  private final boolean isRaw;
  private final int lineLimit;

  private Payload(
      Content content,
      BodyType body,
      @Nullable SevenBit encoded,
      boolean isChunk,
      boolean isRaw,
      int lineLimit) {
    this.content = content;
    this.body = body;
    this.encoded = encoded;
    this.isChunk = isChunk;
    this.isRaw = isRaw;
    this.lineLimit = lineLimit;
  }

  /**
   * As a server takes it; empty where it does not, and the mail must not be changed.
   *
   * @param lineLimit octets of a line; 0 for any
   */
  static Optional<Payload> of(QueuedMail mail, Greeted server, int lineLimit) {
    Content content = mail.content();
    boolean chunks = server.offers("CHUNKING");
    boolean binary = mail.traits().body() == BodyType.BINARY_MIME;
    if (binary && chunks && server.offers("BINARYMIME")) {
      return Optional.of(new Payload(content, BodyType.BINARY_MIME, null, true, true, lineLimit));
    }
    if (binary || !server.offers("8BITMIME")) {
      return SevenBit.of(content, binary)
          .map(
              encoded ->
                  new Payload(content, BodyType.SEVEN_BIT, encoded, false, false, lineLimit));
    }
    return Optional.of(
        new Payload(
            content,
            mail.traits().body(),
            null,
            chunks && content.size() >= BIG,
            false,
            lineLimit));
  }

  /** What it is, for MAIL. */
  BodyType body() {
    return body;
  }

  /** Whether it goes by BDAT, for which no server is asked first. */
  boolean isChunk() {
    return isChunk;
  }

  /** All of it: the command, where it is a chunk, and the content to its end. */
  void writeTo(Output out) {
    if (isRaw) {
      command(out, content.size());
      writeRaw(out);
    } else if (isChunk) {
      Counting counted = new Counting();
      ContentWriter.chunk(counted, lineLimit).write(content);
      command(out, counted.count);
      ContentWriter.chunk(out, lineLimit).write(content);
    } else if (encoded != null) {
      ContentWriter writer = new ContentWriter(out, lineLimit);
      encoded.writeTo(writer);
      writer.end();
    } else {
      new ContentWriter(out, lineLimit).write(content);
    }
  }

  private static void command(Output out, long size) {
    out.ascii("BDAT " + size + " LAST\r\n");
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

  /** Counts octets, which go nowhere. */
  private static final class Counting implements Output {
    private long count;

    @Override
    public Output write(byte[] octets, int offset, int length) {
      count += length;
      return this;
    }

    @Override
    public Output write(ByteBuffer octets) {
      count += octets.remaining();
      octets.position(octets.limit());
      return this;
    }

    @Override
    public Output write(int octet) {
      count++;
      return this;
    }

    @Override
    public Output ascii(CharSequence text) {
      count += text.length();
      return this;
    }

    @Override
    public void flush() {
      // Nobody reads it.
    }

    @Override
    public boolean hasRoom() {
      return true;
    }
  }
}
