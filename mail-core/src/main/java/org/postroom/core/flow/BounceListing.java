package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.config.TextWithNames;
import org.postroom.core.flow.BounceTemplates.Template;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.report.BadConfiguration;

/**
 * The templates of notifications as they hold: what a file says, and what is usual where it says
 * nothing. For who shows them, as postconf(1) does; lines end by LF.
 */
public final class BounceListing {
  /** The parameter that names the file. */
  public static final String FILE = BounceParams.TEMPLATES.name();

  /** Where it is not asked whether there is such a name. */
  private static final Pattern PLAIN = Pattern.compile("\\$(?:(\\w+)|[{(]\\s*(\\w+)\\s*[)}])");

  private static final List<String> TIMES =
      List.of(QueueParams.DELAY_WARNING.name(), QueueParams.LIFETIME.name());

  private final BounceTemplates said;

  private BounceListing(BounceTemplates said) {
    this.said = said;
  }

  /**
   * Reads a file.
   *
   * @param file its path; empty for what is usual
   * @throws BadValue with file and line
   */
  public static BounceListing read(String file) {
    return new BounceListing(BounceTemplates.read(file));
  }

  /** Those that the file has, and those that are there without one, in the order of bounce(5). */
  private Stream<Row> rows() {
    return BounceTemplates.NAMES.stream()
        .filter(
            name -> said.templates().containsKey(name) || UsualWords.ofTemplate(name).isPresent())
        .map(name -> new Row(name, said.of(name), UsualWords.ofTemplate(name)));
  }

  /**
   * All templates, in the form in which a file has them, and in UTF-8: who saves this has a file
   * that says the same.
   */
  public String templates() {
    return rows()
        .map(row -> row.comment() + framed(row.name(), row.fields() + "\n" + row.text()))
        .collect(Collectors.joining("\n"));
  }

  /**
   * The texts alone, with what the names in them stand for.
   *
   * @param values what a parameter amounts to; empty where there is none of that name
   * @param undefined hears of names that stand for nothing, and where
   * @throws BadValue where the value of a time is none
   */
  public String texts(Function<String, Optional<String>> values, Consumer<String> undefined) {
    Settings times = times(values);
    return rows()
        .map(
            row -> {
              Map<String, String> known = new HashMap<>();
              for (String name : BounceWords.names(row.text())) {
                BounceWords.inUnits(times, name)
                    .or(() -> values.apply(name))
                    .ifPresent(value -> known.put(name, value));
              }
              row.plainNames()
                  .filter(name -> !known.containsKey(name))
                  .forEach(name -> undefined.accept("undefined $" + name + " in " + row.name()));
              return framed(
                  "expanded_" + row.name().replace("_template", "_text"),
                  new TextWithNames(row.name(), row.text()).with(known));
            })
        .collect(Collectors.joining("\n"));
  }

  private static Settings times(Function<String, Optional<String>> values) {
    Settings.Builder times = Settings.builder(QueueParams.ALL);
    TIMES.forEach(name -> values.apply(name).ifPresent(text -> times.set(name, text)));
    try {
      return times.build();
    } catch (BadConfiguration e) {
      throw new BadValue(e.faults().get(0).toString());
    }
  }

  /** Up to a line that the text does not have. */
  private static String framed(String name, String text) {
    List<String> lines = Arrays.asList(text.split("\n", -1));
    String end = "EOF";
    while (lines.contains(end)) {
      end += "_";
    }
    return name + " = <<" + end + "\n" + text + "\n" + end + "\n";
  }

  /**
   * One template.
   *
   * @param said what the file says of it
   * @param usual what is said in its place; empty where nothing is
   */
  private record Row(String name, Template said, Optional<UsualWords> usual) {

    String comment() {
      return said.text().isEmpty() && usual.filter(UsualWords::areOneOfSeveral).isPresent()
          ? "# Without this text a report says which it was: delivered, passed on, or expanded.\n"
          : "";
    }

    String fields() {
      return "Charset: "
          + charset()
          + "\nFrom: "
          + said.from().orElse(UsualWords.FROM)
          + "\n"
          + field("Subject", said.subject().or(() -> usual.map(UsualWords::subject)))
          + field(
              "Postmaster-Subject",
              said.postmasterSubject()
                  .or(
                      () ->
                          usual
                              .filter(words -> !words.areOneOfSeveral())
                              .map(UsualWords::postmasterSubject)));
    }

    private static String field(String name, Optional<String> value) {
      return value.map(text -> name + ": " + text + "\n").orElse("");
    }

    private String charset() {
      Charset charset =
          text().chars().allMatch(c -> c < 0x80) ? said.charset().orElse(US_ASCII) : UTF_8;
      return charset.name().toLowerCase(Locale.ROOT);
    }

    /** Without the end of its last line. */
    String text() {
      return said.text()
          .map(TextWithNames::text)
          .or(() -> usual.map(words -> words.textOfTemplate().stripTrailing()))
          .orElse("");
    }

    Stream<String> plainNames() {
      return PLAIN
          .matcher(text().replace("$$", ""))
          .results()
          .map(found -> found.group(1) == null ? found.group(2) : found.group(1));
    }
  }
}
