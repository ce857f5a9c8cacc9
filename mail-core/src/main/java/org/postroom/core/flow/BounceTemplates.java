package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.TextWithNames;
import org.postroom.core.trouble.Reason;

/**
 * Words of notifications, from a file in the form of bounce(5): templates such as {@code
 * failure_template = <<EOF}, up to a line that is that word. Between them are empty lines and
 * comments ({@code #}). A template has header fields of one line each, an empty line, and a text in
 * which {@code $name} is a parameter and {@code $$} a dollar sign.
 *
 * @param file where they come from; empty without one
 * @param templates by their names
 */
record BounceTemplates(String file, Map<String, Template> templates) {
  static final BounceTemplates NONE = new BounceTemplates("", Map.of());

  /** A file that somebody has named by mistake must not fill our memory. */
  private static final int LARGEST = 1 << 20;

  static final List<String> NAMES =
      List.of("failure_template", "delay_template", "success_template", "verify_template");
  private static final Pattern BEGINNING = Pattern.compile("(\\w+)\\s*=\\s*<<\\s*(\\S+)\\s*");
  private static final Pattern FIELD = Pattern.compile("([!-9;-~]+):\\s*(.*?)\\s*");

  BounceTemplates {
    templates = Map.copyOf(templates);
  }

  /**
   * One of them; what it does not say is empty.
   *
   * @param charset of the text; empty is US-ASCII
   * @param from the field From
   * @param subject the field Subject of what the sender gets
   * @param postmasterSubject that of the postmaster's copy
   * @param text with names of parameters in it; lines end by LF
   */
  record Template(
      Optional<Charset> charset,
      Optional<String> from,
      Optional<String> subject,
      Optional<String> postmasterSubject,
      Optional<TextWithNames> text) {

    static final Template NONE =
        new Template(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  Template of(String name) {
    return templates.getOrDefault(name, Template.NONE);
  }

  /**
   * Reads a file.
   *
   * @param file its path; empty for none
   * @throws BadValue with file and line
   */
  static BounceTemplates read(String file) {
    if (file.isEmpty()) {
      return NONE;
    }
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      byte[] octets = in.readNBytes(LARGEST + 1); // a device or a pipe says no size
      if (octets.length > LARGEST) {
        throw new BadValue(file + ": expected a file of at most " + LARGEST + " octets");
      }
      return parse(file, new String(octets, ISO_8859_1));
    } catch (IOException | InvalidPathException e) {
      throw new BadValue("cannot read " + file + ": " + Reason.text(e));
    }
  }

  /**
   * Reads the text of a file.
   *
   * @param latin1 its octets; those of a template are read in the template's own charset
   */
  static BounceTemplates parse(String file, String latin1) {
    return new Parser(file, latin1.split("\r?\n", -1)).parse();
  }

  private static final class Parser {
    private final String file;
    private final String[] lines;
    private final Map<String, Template> found = new LinkedHashMap<>();
    private int at;

    Parser(String file, String[] lines) {
      this.file = file;
      this.lines = lines;
    }

    BounceTemplates parse() {
      for (; at < lines.length; at++) {
        if (!lines[at].isBlank() && !lines[at].startsWith("#")) {
          template();
        }
      }
      return new BounceTemplates(file, found);
    }

    /** Ends at the template's last line. */
    private void template() {
      Matcher beginning = BEGINNING.matcher(lines[at]);
      if (!beginning.matches()) {
        throw fault(
            "expected the beginning of a template, such as \"" + NAMES.get(0) + " = <<EOF\"");
      }
      String name = beginning.group(1);
      if (!NAMES.contains(name)) {
        throw fault("\"" + name + "\" is no template: expected one of " + String.join(", ", NAMES));
      }
      if (found.containsKey(name)) {
        throw fault(name + " is there twice");
      }
      int begun = at;
      List<String> inside = new ArrayList<>();
      do {
        at++;
        if (at == lines.length) {
          at = begun;
          throw fault(name + " has no end: expected a line \"" + beginning.group(2) + "\"");
        }
        inside.add(lines[at]);
      } while (!lines[at].equals(beginning.group(2)));
      inside.remove(inside.size() - 1);
      found.put(name, template(name, begun + 1, inside));
    }

    private Template template(String name, int first, List<String> inside) {
      Map<String, String> fields = new LinkedHashMap<>();
      int line = 0;
      for (; line < inside.size() && !inside.get(line).isBlank(); line++) {
        field(first + line, inside.get(line), fields);
      }
      Charset charset = charset(first + List.copyOf(fields.keySet()).indexOf("charset"), fields);
      int text = line + 1;
      for (int i = text; i < inside.size(); i++) {
        if (charset == null && !inside.get(i).chars().allMatch(c -> c < 0x80)) {
          throw fault(
              first + i,
              "the text is not ASCII: expected a field \"Charset: utf-8\", or another, in " + name);
        }
      }
      String octets =
          text < inside.size() ? String.join("\n", inside.subList(text, inside.size())) : "";
      TextWithNames words =
          new TextWithNames(
              name, charset == null ? octets : new String(octets.getBytes(ISO_8859_1), charset));
      try {
        String unused = words.with(Map.of());
      } catch (BadValue e) {
        throw fault(first + text, "in the text of " + name + ": " + e.reason());
      }
      return new Template(
          Optional.ofNullable(charset),
          Optional.ofNullable(fields.get("from")),
          Optional.ofNullable(fields.get("subject")),
          Optional.ofNullable(fields.get("postmaster-subject")),
          octets.isEmpty() ? Optional.empty() : Optional.of(words));
    }

    private void field(int line, String text, Map<String, String> fields) {
      Matcher field = FIELD.matcher(text);
      if (!field.matches() || !text.chars().allMatch(c -> c == '\t' || c >= ' ' && c < 0x7f)) {
        throw fault(line, "expected a field in ASCII, such as \"Subject: text\", or an empty line");
      }
      String label = field.group(1).toLowerCase(Locale.ROOT);
      if (!List.of("charset", "from", "subject", "postmaster-subject").contains(label)) {
        throw fault(
            line,
            "\""
                + field.group(1)
                + "\" is no field of a template: expected Charset, From, Subject or"
                + " Postmaster-Subject");
      }
      if (fields.putIfAbsent(label, field.group(2)) != null) {
        throw fault(line, field.group(1) + " is there twice");
      }
    }

    /** Null for ASCII. */
    private @Nullable Charset charset(int line, Map<String, String> fields) {
      String name = fields.get("charset");
      if (name == null || name.equalsIgnoreCase("us-ascii")) {
        return null;
      }
      try {
        Charset charset = Charset.forName(name);
        if (!"a".equals(new String(new byte[] {'a'}, charset))) {
          throw fault(line, "expected a charset that has ASCII in it, and not " + name);
        }
        return charset;
      } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
        throw fault(line, "\"" + name + "\" is no charset that is known here");
      }
    }

    private BadValue fault(String text) {
      return fault(at, text);
    }

    private BadValue fault(int line, String text) {
      return new BadValue(file + ", line " + (line + 1) + ": " + text);
    }
  }
}
