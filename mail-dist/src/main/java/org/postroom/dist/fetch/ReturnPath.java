package org.postroom.dist.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;

/** Whom a server had a mail from, as the field says that it has put in front (RFC 5321, 4.4). */
final class ReturnPath {
  private static final int HEADER = 64 * 1024;
  private static final int LONGEST = 1000;

  private ReturnPath() {}

  /** The first one; the null sender where there is none, or none that is an address. */
  static ReversePath of(Content content) {
    try (InputStream in = content.stream()) {
      for (HeaderField field : HeaderFields.of(in.readNBytes(HEADER))) {
        if (field.isNamed("Return-Path")) {
          return path(field.value().latin1().strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what was staged cannot be read", e);
    }
    return ReversePath.NULL;
  }

  private static ReversePath path(String text) {
    if (text.length() > LONGEST || !text.startsWith("<") || !text.endsWith(">")) {
      return ReversePath.NULL;
    }
    return Address.tryParse(text.substring(1, text.length() - 1))
        .filter(Address::isAscii)
        .map(ReversePath::of)
        .orElse(ReversePath.NULL);
  }
}
