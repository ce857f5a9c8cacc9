package org.postroom.core.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A header field that is to be put into a mail: whatever it was made of, it is one field and ends
 * nothing that it stands in. Line ends in it fold it.
 *
 * @param text {@code Name: value}, without its line end
 */
public record FieldLine(String text) {
  private static final Pattern FIELD = Pattern.compile("[!-9;-~]+[ \\t]*:[\\s\\S]*");
  private static final byte[] CRLF = {'\r', '\n'};

  public FieldLine {
    if (!FIELD.matcher(text).matches()) {
      throw new IllegalArgumentException("no header field: " + text);
    }
  }

  /** What {@code text} says, when it begins with a field's name. */
  public static Optional<FieldLine> parse(String text) {
    return FIELD.matcher(text).matches() ? Optional.of(new FieldLine(text)) : Optional.empty();
  }

  /** The field with its line end, as a mail has it. */
  public byte[] octets() {
    return octets(UTF_8);
  }

  /** The same for a mail that is not in UTF-8, if {@code charset} has all that is in it. */
  public byte[] octets(Charset charset) {
    return lines(text, charset);
  }

  /** Lines with CRLF at each end; what follows on a line end within is a folded line. */
  public static byte[] lines(String text, Charset charset) {
    Charset possible = charset.newEncoder().canEncode(text) ? charset : UTF_8;
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 2);
    for (String line : text.split("\n", -1)) {
      String clean = line.replace('\r', ' ');
      if (out.size() > 0) {
        if (clean.isBlank()) {
          continue; // an empty line would end the header
        }
        if (clean.charAt(0) != ' ' && clean.charAt(0) != '\t') {
          out.write(' ');
        }
      }
      out.writeBytes(clean.getBytes(possible));
      out.writeBytes(CRLF);
    }
    return out.toByteArray();
  }

  /** As octets of a mail are read that may be in any charset: UTF-8, or each octet for itself. */
  public static Charset charsetOf(byte[] octets, int length) {
    for (int i = 0; i < length; i++) {
      if (octets[i] < 0) {
        return isUtf8(octets, length) ? UTF_8 : ISO_8859_1;
      }
    }
    return UTF_8;
  }

  private static boolean isUtf8(byte[] octets, int length) {
    try {
      UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(octets, 0, length));
      return true;
    } catch (java.nio.charset.CharacterCodingException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
