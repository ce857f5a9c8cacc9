package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.smtp.protocol.DataReader;

/**
 * The mail on sendmail's standard input, read to its end before anybody is asked to take it: a
 * program that is slow, or dies, costs the server nothing.
 */
final class SendmailInput implements AutoCloseable {
  private static final List<String> RECIPIENTS = List.of("To", "Cc", "Bcc");
  private static final List<String> RESENT = List.of("Resent-To", "Resent-Cc", "Resent-Bcc");

  /** No header that is looked into is longer. */
  private static final int MOST_HEADER = 4 << 20;

  private final StagingArea area;
  private final StagedContent content;
  private final byte[] header;

  private SendmailInput(StagingArea area, StagedContent content) {
    this.area = area;
    this.content = content;
    this.header = new byte[(int) Math.min(MOST_HEADER, content.structure().headerLength())];
    ByteBuffer into = ByteBuffer.wrap(header);
    while (into.hasRemaining() && content.read(into.position(), into) > 0) {
      // More to come.
    }
  }

  /**
   * Reads all.
   *
   * @param folder for what is too large for memory
   * @param dotIsContent whether a line of a dot is no end
   */
  static SendmailInput read(InputStream in, Path folder, boolean dotIsContent) throws IOException {
    MailLines mail = new MailLines(in, dotIsContent);
    return read(mail::next, folder, false);
  }

  /**
   * Reads what follows DATA, up to its end (RFC 5321, 4.1.1.4) and not further.
   *
   * @param pieces what comes in; empty at the end, which is one too early
   * @param folder for what is too large for memory
   */
  static SendmailInput data(Pieces pieces, Path folder) throws IOException {
    return read(pieces, folder, true);
  }

  /** Where octets come from. */
  interface Pieces {
    /** The next ones, of which those are passed over that are read; none at the end. */
    ByteBuffer next() throws IOException;
  }

  private static SendmailInput read(Pieces pieces, Path folder, boolean isData) throws IOException {
    StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    try (ContentSink sink = area.open(0)) {
      DataReader lines = new DataReader(sink::write, isData, false, true);
      boolean ended = false;
      while (!ended) {
        ByteBuffer piece = pieces.next();
        if (!piece.hasRemaining()) {
          break;
        }
        ended = lines.read(piece) == DataReader.Progress.END;
      }
      if (isData && !ended) {
        throw new EOFException("the input ends within a mail");
      }
      if (!isData) {
        lines.finish();
      }
      return new SendmailInput(area, sink.finish());
    } catch (IOException | RuntimeException e) {
      area.close();
      throw e;
    }
  }

  /**
   * Whom the header names: in the fields of a mail that is sent again where it has some, else in
   * To, Cc and Bcc.
   *
   * @return empty where a field is no list of addresses, so that somebody would be left out
   */
  Optional<List<WrittenAddress>> recipients() {
    List<HeaderField> fields = fields(RESENT);
    if (fields.isEmpty()) {
      fields = fields(RECIPIENTS);
    }
    List<WrittenAddress> all = new ArrayList<>();
    for (HeaderField field : fields) {
      Optional<List<WrittenAddress>> found = HeaderAddresses.addresses(field.value().toBytes());
      if (found.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(found.get());
    }
    return Optional.of(all);
  }

  private List<HeaderField> fields(List<String> names) {
    List<HeaderField> found = new ArrayList<>();
    for (HeaderField field : HeaderFields.of(header)) {
      if (names.stream().anyMatch(field::isNamed)) {
        found.add(field);
      }
    }
    return found;
  }

  /** The first who has written it, as far as its header says so. */
  Optional<String> author() {
    return fields(List.of("From")).stream()
        .flatMap(field -> HeaderAddresses.addresses(field.value().toBytes()).stream())
        .flatMap(List::stream)
        .findFirst()
        .map(WrittenAddress::toString);
  }

  /** Whether it says who has written it. */
  boolean hasFrom() {
    return !fields(List.of("From")).isEmpty();
  }

  /** All of it; can be read again. */
  InputStream stream() {
    return new Whole(new byte[0]);
  }

  /** All of it behind one more field of its header; can be read again. */
  InputStream behind(String field) {
    return new Whole((field + "\r\n").getBytes(UTF_8));
  }

  /** The mail, behind what stands in front. */
  private final class Whole extends InputStream {
    private final byte[] front;
    private long at;
    private long marked;

    Whole(byte[] front) {
      this.front = front;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count;
      if (at < front.length) {
        count = (int) Math.min(length, front.length - at);
        System.arraycopy(front, (int) at, target, offset, count);
      } else {
        count = content.read(at - front.length, ByteBuffer.wrap(target, offset, length));
      }
      at += count;
      return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public boolean markSupported() {
      return true;
    }

    @Override
    public synchronized void mark(int limit) {
      marked = at;
    }

    @Override
    public synchronized void reset() {
      at = marked;
    }
  }

  @Override
  public void close() {
    content.close();
    area.close();
  }

  /** The lines of a mail up to its end, without the line in front of it that mbox files have. */
  private static final class MailLines {
    private static final int CHUNK = 16 * 1024;
    private static final byte[] FROM = "From ".getBytes(UTF_8);
    private static final byte[] QUOTED_FROM = ">From ".getBytes(UTF_8);

    private final InputStream in;
    private final boolean dotIsContent;
    private final byte[] chunk = new byte[CHUNK];
    private int at;
    private int end;
    private boolean atLineStart = true;
    private boolean beforeHeader = true;
    private boolean ended;

    MailLines(InputStream in, boolean dotIsContent) {
      this.in = in;
      this.dotIsContent = dotIsContent;
    }

    /** The next line, or a part of one; nothing at the end. */
    ByteBuffer next() throws IOException {
      while (true) {
        int start = line();
        if (start < 0) {
          return ByteBuffer.allocate(0);
        }
        boolean whole = atLineStart;
        atLineStart = chunk[at - 1] == '\n';
        if (whole && isEnd(start)) {
          ended = true;
          return ByteBuffer.allocate(0);
        }
        if (beforeHeader && whole && isMailbox(start)) {
          skipLine();
          continue;
        }
        beforeHeader = false;
        return ByteBuffer.wrap(chunk, start, at - start);
      }
    }

    /** Moves behind the next line, as far as it fits in; gives where it starts, or -1. */
    private int line() throws IOException {
      if (ended) {
        return -1;
      }
      int seen = at;
      while (true) {
        for (; seen < end; seen++) {
          if (chunk[seen] == '\n') {
            int start = at;
            at = seen + 1;
            return start;
          }
        }
        if (at > 0) {
          System.arraycopy(chunk, at, chunk, 0, end - at);
          seen -= at;
          end -= at;
          at = 0;
        }
        int count = end == CHUNK ? 0 : in.read(chunk, end, CHUNK - end);
        if (count <= 0) {
          ended |= count < 0;
          at = end;
          return end == 0 ? -1 : 0;
        }
        end += count;
      }
    }

    private boolean isEnd(int start) {
      int length = at - start;
      return !dotIsContent
          && chunk[start] == '.'
          && (length == 1
              || length == 2 && chunk[start + 1] == '\n'
              || length == 3 && chunk[start + 1] == '\r' && chunk[start + 2] == '\n');
    }

    private boolean isMailbox(int start) {
      return begins(start, FROM) || begins(start, QUOTED_FROM);
    }

    private boolean begins(int start, byte[] with) {
      return at - start >= with.length
          && Arrays.equals(chunk, start, start + with.length, with, 0, with.length);
    }

    private void skipLine() throws IOException {
      while (!atLineStart && line() >= 0) {
        atLineStart = chunk[at - 1] == '\n';
      }
    }
  }
}
