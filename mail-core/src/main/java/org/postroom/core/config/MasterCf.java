package org.postroom.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;

/**
 * What an administrator wrote about services: the lines of a file in the grammar of master.cf
 * (master(5)), not yet expanded. Immutable. Reading never fails on content: what is wrong is kept
 * as faults.
 */
public final class MasterCf {

  /** No file. */
  public static final MasterCf EMPTY = new MasterCf("", List.of(), List.of(), List.of());

  private static final Set<String> TYPES = Set.of("inet", "unix", "unix-dgram", "fifo", "pass");

  private static final int FIELDS = 8;

  /**
   * One service.
   *
   * @param name as written; of an {@code inet} service, {@code [host:]port}
   * @param type {@code inet}, {@code unix}, {@code pass} …
   * @param isPrivate whether its socket is for programs of the server alone
   * @param processes the limit of processes as written, {@code -} for the default
   * @param command the program, such as {@code smtpd}
   * @param overrides parameters that hold for this service alone ({@code -o}), the last word on
   *     each
   * @param arguments what else stands behind the program
   */
  public record Service(
      String name,
      String type,
      boolean isPrivate,
      String processes,
      String command,
      List<MainCf.Entry> overrides,
      List<String> arguments,
      Place place) {

    public Service {
      overrides = List.copyOf(overrides);
      arguments = List.copyOf(arguments);
    }

    /** As postconf(1) calls it: {@code smtp/inet}. */
    public String key() {
      return name + "/" + type;
    }

    /** The same with what another one is limited to and overrides. */
    public Service as(Service other) {
      return new Service(
          name, type, isPrivate, other.processes, command, other.overrides, arguments, place);
    }
  }

  private final String source;
  private final List<Service> services;
  private final List<Fault> faults;
  private final List<Notice> notices;

  private MasterCf(
      String source, List<Service> services, List<Fault> faults, List<Notice> notices) {
    this.source = source;
    this.services = List.copyOf(services);
    this.faults = List.copyOf(faults);
    this.notices = List.copyOf(notices);
  }

  /**
   * Reads a text.
   *
   * @param source the name that faults carry, usually the file's
   */
  public static MasterCf parse(String source, String text) {
    return new Reader(source, new ArrayList<>()).read(text);
  }

  /** Reads a file in UTF-8; {@link BadConfiguration} if it cannot be read. */
  public static MasterCf read(Path file) {
    List<Notice> notices = new ArrayList<>();
    String text = MainCf.text(file, notices);
    return new Reader(file.toString(), notices).read(text);
  }

  /** The file's name; empty where there is none. */
  public String source() {
    return source;
  }

  /** In the order of their first mention; of two with the same name and type, the later. */
  public List<Service> services() {
    return services;
  }

  public List<Fault> faults() {
    return faults;
  }

  public List<Notice> notices() {
    return notices;
  }

  /** Takes services from logical lines. */
  private static final class Reader {
    private final String source;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Notice> notices;

    Reader(String source, List<Notice> notices) {
      this.source = source;
      this.notices = notices;
    }

    MasterCf read(String text) {
      ConfigLines.of(source, text, notices).forEach(this::service);
      return new MasterCf(source, List.copyOf(services.values()), faults, notices);
    }

    private void service(ConfigLines.Line line) {
      List<String> fields;
      try {
        fields = words(line.text());
      } catch (BadValue e) {
        faults.add(new Fault(line.place(), "", e.reason() + ": \"" + line.text() + "\""));
        return;
      }
      if (fields.size() < FIELDS) {
        faults.add(
            new Fault(
                line.place(),
                "",
                "expected name, type, private, unprivileged, chroot, wake-up, processes and"
                    + " command, but found \""
                    + line.text()
                    + "\""));
        return;
      }
      String name = fields.get(0);
      String type = fields.get(1);
      String key = name + "/" + type;
      if (!TYPES.contains(type)) {
        faults.add(
            new Fault(line.place(), key, "expected one of inet, unix, pass, but found " + type));
        return;
      }
      if (!fields.get(6).matches("-|[0-9]{1,9}")) {
        faults.add(
            new Fault(
                line.place(),
                key,
                "expected - or a number of processes, but found " + fields.get(6)));
        return;
      }
      Map<String, MainCf.Entry> overrides = new LinkedHashMap<>();
      List<String> arguments = new ArrayList<>();
      arguments(line, key, fields.subList(FIELDS, fields.size()), overrides, arguments);
      services.put(
          key,
          new Service(
              name,
              type,
              !fields.get(2).equals("n"),
              fields.get(6),
              fields.get(7),
              List.copyOf(overrides.values()),
              arguments,
              line.place()));
    }

    private void arguments(
        ConfigLines.Line line,
        String key,
        List<String> words,
        Map<String, MainCf.Entry> overrides,
        List<String> others) {
      for (int i = 0; i < words.size(); i++) {
        String word = words.get(i);
        if (!word.startsWith("-o") || !others.isEmpty() && !others.get(0).startsWith("-")) {
          others.add(word);
          continue;
        }
        String text =
            word.length() > 2 ? word.substring(2) : ++i < words.size() ? words.get(i) : "";
        String assignment =
            text.startsWith("{") && text.endsWith("}")
                ? text.substring(1, text.length() - 1).strip()
                : text;
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? "" : assignment.substring(0, equals).strip();
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
          faults.add(
              new Fault(
                  line.place(), key, "expected -o name=value, but found \"-o " + text + "\""));
          continue;
        }
        overrides.remove(name);
        overrides.put(
            name, new MainCf.Entry(name, assignment.substring(equals + 1).strip(), line.place()));
      }
    }

    /** At white space; {@code {...}} stays together. */
    private static List<String> words(String text) {
      List<String> words = new ArrayList<>();
      int start = -1;
      int depth = 0;
      for (int i = 0; i <= text.length(); i++) {
        char c = i < text.length() ? text.charAt(i) : ' ';
        if (Character.isWhitespace(c) && (depth == 0 || i == text.length())) {
          if (start >= 0) {
            words.add(text.substring(start, i));
            start = -1;
          }
          continue;
        }
        if (start < 0) {
          start = i;
        }
        if (c == '{' && (depth > 0 || start == i)) {
          depth++;
        } else if (c == '}' && depth > 0) {
          depth--;
        }
      }
      if (depth > 0) {
        throw new BadValue("a closing brace is missing");
      }
      return words;
    }
  }
}
