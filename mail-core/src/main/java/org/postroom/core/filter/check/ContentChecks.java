package org.postroom.core.filter.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.Examined;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Effort;
import org.postroom.core.table.Tables;

/**
 * header_checks(5): has each field of each header, and each line behind, looked up in the
 * administrator's tables, and does what they say. A look at what strangers write costs memory for
 * one field and, for the whole mail, no more than {@link #STEPS} steps of expressions; a mail that
 * would take more is refused for now.
 *
 * <p>Deviations: fields that are dropped from every mail (message_drop_headers) are gone by then,
 * and those that were added to it are looked at like others. A table's value that cannot be obeyed
 * is a warning, and the mail goes on, as in the compatible systems.
 */
final class ContentChecks implements Filter {

  /** A few seconds of one processor. */
  static final long STEPS = 400_000_000L;

  private static final Set<String> MIME =
      Set.of(
          "content-description",
          "content-disposition",
          "content-id",
          "content-transfer-encoding",
          "content-type",
          "mime-version");

  private final CheckTables header;
  private final CheckTables mime;
  private final CheckTables nested;
  private final CheckTables body;
  private final long bodyLimit;
  private final int lineLimit;
  private final int headerLimit;
  private final long steps;

  ContentChecks(Settings settings, int headerLimit, Tables tables, long steps) {
    this(settings, FilterParams.CHECKS, headerLimit, tables, steps);
  }

  /** By tables that are named otherwise. */
  ContentChecks(Settings settings, CheckParams named, int headerLimit, Tables tables, long steps) {
    this.header = opened(settings, named.header(), tables);
    this.mime = opened(settings, named.mime(), tables);
    this.nested = opened(settings, named.nested(), tables);
    this.body = opened(settings, named.body(), tables);
    this.bodyLimit = settings.get(FilterParams.BODY_CHECKS_SIZE);
    this.lineLimit = settings.get(FilterParams.LINE_LENGTH);
    this.headerLimit = headerLimit;
    this.steps = steps;
  }

  private static CheckTables opened(Settings settings, Param<List<String>> param, Tables tables) {
    try {
      return new CheckTables(param.name(), tables.openAll(settings.get(param)).tables());
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(param, e.reason()));
    }
  }

  /** Whether there is nothing to look for. */
  boolean isIdle() {
    return header.isEmpty() && mime.isEmpty() && nested.isEmpty() && body.isEmpty();
  }

  /** All that are asked. */
  List<CheckTables> tables() {
    return List.of(header, mime, nested, body);
  }

  @Override
  public Finding examine(Examined mail) {
    ExaminedMail ours = (ExaminedMail) mail; // the station shows no other
    return examine(ours.content(), ours.content().structure(), ours::edit, new CheckOutcome(false));
  }

  /**
   * The same for content of any kind.
   *
   * @param edits begins to edit it
   */
  Finding examine(
      Content content,
      MessageStructure structure,
      Supplier<StagedEdit> edits,
      CheckOutcome outcome) {
    try (Course course = new Course(content, structure, edits, outcome)) {
      return course.finding();
    }
  }

  /** One mail's examination. */
  private final class Course implements AutoCloseable {
    private final Content content;
    private final MessageStructure structure;
    private final Supplier<StagedEdit> edits;
    private final LineReader lines;
    private final Effort effort = Effort.of(steps);
    private final CheckOutcome outcome;
    private @Nullable StagedEdit edit;

    Course(
        Content content,
        MessageStructure structure,
        Supplier<StagedEdit> edits,
        CheckOutcome outcome) {
      this.content = content;
      this.structure = structure;
      this.edits = edits;
      this.outcome = outcome;
      this.lines = new LineReader(content);
    }

    Finding finding() {
      for (HeaderRange range : HeaderRange.of(structure)) {
        body(range.from());
        header(range);
        if (outcome.isOver()) {
          break;
        }
      }
      body(content.size());
      return outcome.finding(Optional.ofNullable(edit));
    }

    /** The lines up to {@code end}, as far as they are looked at. */
    private void body(long end) {
      long start = lines.position();
      while (!outcome.isOver() && !body.isEmpty() && lines.position() < end) {
        long from = lines.position();
        if (bodyLimit > 0 && from - start >= bodyLimit || !lines.next(end, lineLimit)) {
          break;
        }
        String text = lines.text();
        Optional<String> value = body.find(text, effort);
        if (value.isPresent()) {
          Line line =
              new Line(
                  body, false, text, lines.charset(), from, lines.position(), lines.isComplete());
          act(line, value.get());
        }
      }
      lines.skipTo(end);
    }

    private void header(HeaderRange range) {
      Field field = new Field(range);
      while (!outcome.isOver() && lines.next(range.to(), headerLimit)) {
        if (!lines.isFolded()) {
          field.end();
        }
        if (outcome.isOver() || lines.isEmpty()) {
          break;
        }
        field.add();
      }
      if (!outcome.isOver()) {
        field.end();
      }
      lines.skipTo(range.to());
    }

    /** A field that is being read, its folded lines with line ends between them. */
    private final class Field {
      private final HeaderRange range;
      private byte[] octets = new byte[0];
      private int length;
      private long from;
      private long to;

      Field(HeaderRange range) {
        this.range = range;
      }

      /** The line that was read, whole. */
      void add() {
        if (length == 0) {
          from = lines.start();
        } else if (length < headerLimit) {
          room(1);
          octets[length++] = '\n';
        }
        room(lines.length());
        length = lines.appendTo(octets, length, headerLimit);
        while (!lines.isComplete() && lines.next(range.to(), headerLimit)) {
          // What is more than a header may have is not looked at.
        }
        to = lines.position();
      }

      private void room(int more) {
        int wanted = Math.min(headerLimit, length + more);
        if (wanted > octets.length) {
          octets = java.util.Arrays.copyOf(octets, Math.max(wanted, octets.length * 2));
        }
      }

      void end() {
        if (length == 0) {
          return;
        }
        Charset charset = FieldLine.charsetOf(octets, length);
        String text = new String(octets, 0, length, charset);
        length = 0;
        if (FieldLine.parse(text).isEmpty()) {
          return;
        }
        CheckTables tables = tables(text.substring(0, text.indexOf(':')).strip());
        Optional<String> value = tables.find(text, effort);
        if (value.isPresent()) {
          act(new Line(tables, true, text, charset, from, to, true), value.get());
        }
      }

      private CheckTables tables(String name) {
        if (range.kind() == HeaderRange.Kind.PART || MIME.contains(name.toLowerCase(Locale.ROOT))) {
          return mime;
        }
        return range.kind() == HeaderRange.Kind.PRIMARY ? header : nested;
      }
    }

    private void act(Line line, String value) {
      outcome
          .act(line.tables().parameter(), line.isField(), line.text(), value)
          .ifPresent(change -> change(line, change));
    }

    private void change(Line line, CheckOutcome.Change change) {
      StagedEdit to = edit;
      if (to == null) {
        to = edits.get();
        edit = to;
      }
      byte[] octets =
          change.text().isEmpty()
              ? new byte[0]
              : line.isField()
                  ? FieldLine.lines(change.text(), line.charset())
                  : line.octets(
                      change.text() + (line.complete() || !change.instead() ? "\r\n" : ""));
      to.replace(line.from(), change.instead() ? line.to() : line.from(), octets);
    }

    @Override
    public void close() {
      if (edit != null) {
        edit.close();
      }
    }
  }

  /** What was looked up, and where it stands. */
  private record Line(
      CheckTables tables,
      boolean isField,
      String text,
      Charset charset,
      long from,
      long to,
      boolean complete) {

    byte[] octets(String other) {
      return other.getBytes(charset.newEncoder().canEncode(other) ? charset : UTF_8);
    }
  }
}
