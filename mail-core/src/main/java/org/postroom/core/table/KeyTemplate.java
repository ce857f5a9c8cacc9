package org.postroom.core.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.BadValue;

/**
 * Text that parts of a key are put into: {@code %s} the key, {@code %u} and {@code %d} what stands
 * before and behind its {@code @}, {@code %1} to {@code %9} the labels of its domain from the
 * right, {@code %%} a percent sign.
 */
final class KeyTemplate {

  /** A key or a value in its parts. */
  record Parts(String whole, String user, Optional<String> domain) {

    static Parts of(String text) {
      int at = text.lastIndexOf('@');
      return at < 0
          ? new Parts(text, text, Optional.empty())
          : new Parts(text, text.substring(0, at), Optional.of(text.substring(at + 1)));
    }

    /** Empty where it has no such part, so that nothing is asked. */
    Optional<String> part(char name) {
      return switch (name) {
        case 's', 'S' -> Optional.of(whole);
        case 'u', 'U' -> user.isEmpty() ? Optional.empty() : Optional.of(user);
        case 'd', 'D' -> domain.filter(text -> !text.isEmpty());
        default -> domain.flatMap(text -> label(text, name - '0'));
      };
    }

    /** Dots that follow each other are one, and such as stand at an end are none. */
    private static Optional<String> label(String domain, int fromTheRight) {
      List<String> labels =
          Arrays.stream(domain.split("\\.")).filter(label -> !label.isEmpty()).toList();
      return fromTheRight > labels.size()
          ? Optional.empty()
          : Optional.of(labels.get(labels.size() - fromTheRight));
    }
  }

  /** Text, or a part's name where it is not NUL. */
  private record Piece(String text, char part) {}

  private final List<Piece> pieces;

  private KeyTemplate(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
  }

  /** {@link BadValue} for a percent sign before anything else. */
  static KeyTemplate parse(String text) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        plain.append(c);
        continue;
      }
      char name = ++i < text.length() ? text.charAt(i) : ' ';
      if (name == '%') {
        plain.append('%');
      } else if ("sudSUD123456789".indexOf(name) >= 0) {
        pieces.add(new Piece(plain.toString(), '\0'));
        plain.setLength(0);
        pieces.add(new Piece("", name));
      } else {
        throw new BadValue("unknown: %" + name);
      }
    }
    pieces.add(new Piece(plain.toString(), '\0'));
    return new KeyTemplate(pieces);
  }

  boolean isText() {
    return pieces.size() == 1;
  }

  /** With the key's parts; empty where it lacks one. */
  Optional<String> filled(Parts key) {
    return filled(key, key);
  }

  /** With a value's parts where the letters are small, and the key's where they are large. */
  Optional<String> filled(Parts value, Parts key) {
    StringBuilder all = new StringBuilder();
    for (Piece piece : pieces) {
      if (piece.part() == '\0') {
        all.append(piece.text());
        continue;
      }
      Optional<String> part = (piece.part() >= 'a' ? value : key).part(piece.part());
      if (part.isEmpty()) {
        return Optional.empty();
      }
      all.append(part.get());
    }
    return Optional.of(all.toString());
  }
}
