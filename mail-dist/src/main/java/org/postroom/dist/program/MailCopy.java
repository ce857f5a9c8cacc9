package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mail.Content;

/**
 * A mail as programs and files get it: with what is put before it, and line ends of their own.
 *
 * @param postmark the line that begins with {@code From } and a blank, without its end; empty where
 *     there is none
 * @param fields what stands above the mail's own header, without line ends
 * @param eol what ends each line, an octet for each character
 */
record MailCopy(
    Content content, Optional<String> postmark, List<String> fields, String eol, Set<Form> forms)
    implements MailFile.Writer {
  private static final int CHUNK = 32 * 1024;
  private static final String LF = "\n";
  private static final byte[] FROM = "From ".getBytes(UTF_8);

  /** What is done to it beside. */
  enum Form {
    /** A blank line ends it. */
    BLANK_LINE,
    /** A dot before each line that begins with one. */
    DOTS,
    /** A {@code >} before each line that begins as a postmark does. */
    QUOTED_FROM
  }

  /** As a mail lies in an mbox, with its postmark. */
  static MailCopy mbox(Content content, String postmark, List<String> fields) {
    return new MailCopy(
        content, Optional.of(postmark), fields, LF, Set.of(Form.QUOTED_FROM, Form.BLANK_LINE));
  }

  /** As a mail lies in a file of its own. */
  static MailCopy alone(Content content, List<String> fields) {
    return new MailCopy(content, Optional.empty(), fields, LF, Set.of());
  }

  /** As a |command of aliases(5) gets it. */
  static MailCopy piped(Content content, String postmark, List<String> fields) {
    return new MailCopy(content, Optional.of(postmark), fields, LF, Set.of());
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    if (postmark.isPresent()) {
      line(postmark.get(), out);
    }
    for (String field : fields) {
      line(field, out);
    }
    new Lines(out).write();
    if (forms.contains(Form.BLANK_LINE)) {
      out.write(end());
    }
  }

  private byte[] end() {
    return eol.getBytes(ISO_8859_1);
  }

  private void line(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.write(end());
  }

  /** Writes the content anew, octet by octet: CRLF and a bare LF end a line. */
  private final class Lines {
    private final OutputStream out;
    private final byte[] lineEnd = MailCopy.this.end();
    private boolean atStart = true;
    private boolean afterCr;
    // So many octets of FROM have come since the line began; -1 when it is none.
    private int matched;

    Lines(OutputStream out) {
      this.out = out;
    }

    void write() throws IOException {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      long position = 0;
      while (position < content.size()) {
        int count = content.read(position, chunk.clear());
        if (count <= 0) {
          throw new IOException("content ends at " + position + " of " + content.size());
        }
        position += count;
        for (int i = 0; i < count; i++) {
          octet(chunk.get(i));
        }
      }
      if (afterCr) {
        plain((byte) '\r');
      }
      if (!atStart) {
        end();
      }
    }

    private void octet(byte c) throws IOException {
      if (afterCr) {
        afterCr = false;
        if (c == '\n') {
          end();
          return;
        }
        plain((byte) '\r');
      }
      if (c == '\r') {
        afterCr = true;
      } else if (c == '\n') {
        end();
      } else {
        plain(c);
      }
    }

    private void end() throws IOException {
      begun();
      out.write(lineEnd);
      atStart = true;
      matched = 0;
    }

    /** What was held back in case the line would be quoted. */
    private void begun() throws IOException {
      if (matched > 0) {
        out.write(FROM, 0, matched);
      }
      matched = -1;
    }

    private void plain(byte c) throws IOException {
      if (atStart) {
        atStart = false;
        matched = forms.contains(Form.QUOTED_FROM) ? 0 : -1;
        if (c == '.' && forms.contains(Form.DOTS)) {
          out.write('.');
        }
      }
      if (matched >= 0) {
        if (c == FROM[matched]) {
          matched++;
          if (matched == FROM.length) {
            out.write('>');
            begun();
          }
          return;
        }
        begun();
      }
      out.write(c);
    }
  }
}
