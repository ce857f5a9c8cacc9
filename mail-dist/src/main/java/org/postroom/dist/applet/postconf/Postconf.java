package org.postroom.dist.applet.postconf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Listing;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.MasterCf;
import org.postroom.core.flow.BounceListing;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.table.Tables;
import org.postroom.dist.applet.edit.EditRefused;
import org.postroom.dist.applet.edit.EditedFile;
import org.postroom.dist.assembly.Names;

/**
 * postconf(1): lists what main.cf and master.cf say, and what holds where they say nothing; edits
 * them. Nothing is judged, so files with faults are listed as well.
 *
 * <p>DIAGNOSTICS: exit status 0, also where a name is nobody's or the files have what nothing uses,
 * each of which has one line on standard error; 1 with a line that begins {@code postconf: fatal:}
 * where nothing could be done.
 */
public final class Postconf {
  /** What is asked for; each excludes the others. */
  private static final String THINGS = "aAblmMFPtT";

  /** The same as none of them. */
  private static final String PARAMETERS = "p";

  /** What is done with parameters; each excludes the others. */
  private static final String DEEDS = "deX#n";

  /** How parameters are shown: nothing that is changed is. */
  private static final String FORMS = "fhHx";

  private static final String OVERRIDE = "o";

  /** In whose order options are named. */
  private static final String ORDER = "aAbCdefFhHlmMnopPtTvxX#";

  /** What may stand with whom; nothing else of {@link #DEEDS} and {@link #FORMS} may. */
  private static final Map<Character, String> COMPANY =
      Map.of('M', "eX#fxo", 'F', "efhHxo", 'P', "eXfhHxo");

  private final PostconfRequest request;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Clock clock;
  private final Set<String> warned = new LinkedHashSet<>();

  /** One call. */
  public Postconf(PostconfRequest request, PrintWriter out, PrintWriter err, Clock clock) {
    this.request = request;
    this.out = out;
    this.err = err;
    this.clock = clock;
  }

  /**
   * What the main.cf in a folder says, for other commands.
   *
   * @param isNeeded else the defaults hold where there is none
   * @throws EditRefused when it cannot be read
   * @throws BadValue with the first line that is none of main.cf's
   */
  public static Listing names(Path folder, boolean isNeeded, Clock clock) {
    Path file = folder.resolve("main.cf");
    MainCf main = isNeeded || Files.exists(file) ? main(file, clock) : MainCf.EMPTY;
    return Names.listing(folder, main.entries(), MasterCf.EMPTY);
  }

  /** Does it; gives the exit status. */
  public int run() {
    try {
      perform();
      return 0;
    } catch (Fatal | EditRefused e) {
      out.flush();
      err.println("postconf: fatal: " + e.getMessage());
      return 1;
    } catch (BadValue e) {
      out.flush();
      err.println("postconf: fatal: " + e.reason());
      return 1;
    }
  }

  private void perform() {
    if (request.has('b') && request.has('t')) {
      throw new Fatal("specify one of -b and -t");
    }
    check();
    if (request.has('e') || request.has('X') || request.has('#')) {
      edit();
    } else if (request.has('m')) {
      Tables.types().forEach(out::println);
    } else if (request.has('l')) {
      List.of("flock", "fcntl", "dotlock").forEach(out::println);
    } else if (request.has('a')) {
      List.of("cyrus", "dovecot").forEach(out::println);
    } else if (request.has('A')) {
      out.println("cyrus");
    } else if (request.has('b') || request.has('t')) {
      templates();
    } else if (request.has('T')) {
      throw new Fatal("-T is not there");
    } else {
      list();
    }
    out.flush();
  }

  /** Which options exclude each other. */
  private void check() {
    exclusive(THINGS + PARAMETERS);
    for (char thing : letters(THINGS)) {
      if (request.has(thing)) {
        for (char other : letters(DEEDS + FORMS + OVERRIDE)) {
          if (request.has(other) && COMPANY.getOrDefault(thing, "").indexOf(other) < 0) {
            throw new Fatal("with option -" + thing + ", do not specify -" + other);
          }
        }
      }
    }
    exclusive("hH");
    if (THINGS.chars().anyMatch(thing -> request.has((char) thing))) {
      exclusive("eX#");
      return;
    }
    exclusive(DEEDS);
    exclusive("d" + OVERRIDE);
    for (char form : letters(FORMS + OVERRIDE)) {
      exclusive("e" + form);
      exclusive("X" + form);
      exclusive("#" + form);
    }
  }

  private void exclusive(String options) {
    StringBuilder given = new StringBuilder();
    for (char option : letters(ORDER)) {
      if (options.indexOf(option) >= 0 && request.has(option)) {
        given.append(" -").append(option);
      }
    }
    if (given.length() > " -x".length()) {
      throw new Fatal("specify one of" + given);
    }
  }

  private static List<Character> letters(String options) {
    return options.chars().mapToObj(letter -> (char) letter).toList();
  }

  private void edit() {
    if (request.words().isEmpty()) {
      throw new Fatal(
          request.has('e') ? "-e requires name=value argument" : "missing service argument");
    }
    if (request.has('M') || request.has('F') || request.has('P')) {
      new MasterCfEdit(request, this::warn).run(clock);
    } else {
      new MainCfEdit(request, this::warn).run(clock);
    }
  }

  /** Of the file that is named, or else of the one that main.cf names. */
  private void templates() {
    if (request.words().size() > 1) {
      throw new Fatal("options -b and -t require at most one template file");
    }
    Optional<String> file = request.words().stream().findFirst();
    if (request.has('t') && file.isPresent()) {
      out.print(BounceListing.read(file.get()).templates());
      return;
    }
    Listing names = names(request.folder(), true, clock);
    String templates = file.or(() -> names.row(BounceListing.FILE).map(names::expanded)).orElse("");
    BounceListing listing = BounceListing.read(templates);
    out.print(
        request.has('t')
            ? listing.templates()
            : listing.texts(names::shown, undefined -> warn(templates + ": " + undefined)));
  }

  private void list() {
    boolean services = request.has('M') || request.has('F') || request.has('P');
    boolean presets = request.has('d');
    MainCf main = presets ? MainCf.EMPTY : main(request.mainCf(), clock);
    String text = presets ? "" : master(services);
    MasterCf master = MasterCf.parse(request.masterCf().toString(), text);
    Listing names = Names.listing(request.folder(), presets ? List.of() : said(main), master);
    MasterListing listing = new MasterListing(request, text, names, this::warn);
    if (services) {
      listing.print(out, this::warn);
    } else {
      new MainListing(request, names).print(out, this::warn);
    }
    out.flush();
    if (!presets) {
      main.notices().forEach(this::warn);
      names.undefined().forEach(name -> warn(request.mainCf() + ": undefined parameter: " + name));
      names.unexpandable().forEach(reason -> warn(request.mainCf() + ": " + reason));
      listing.warn(this::warn);
    }
    if (!presets && !services) {
      names.unused().forEach(this::warnOfUnused);
    }
  }

  private void warnOfUnused(MainCf.Entry entry) {
    String value = String.join(" ", Columns.words(entry.value()));
    warn(request.mainCf() + ": unused parameter: " + entry.name() + "=" + value);
  }

  /** The file's, then what the command line says above it. */
  private Collection<MainCf.Entry> said(MainCf main) {
    Map<String, MainCf.Entry> said = new LinkedHashMap<>();
    if (request.isFolderSaid()) {
      say(said, "config_directory", request.folder().toString());
    }
    main.entries().forEach(entry -> said.put(entry.name(), entry));
    for (String override : request.overrides()) {
      Assignment assignment;
      try {
        assignment = Assignment.parse(override);
      } catch (Fatal e) {
        throw new Fatal(
            "invalid parameter override: "
                + override
                + ": "
                + String.valueOf(e.getMessage()).replaceAll(": \".*", ""));
      }
      say(said, assignment.name(), assignment.value());
    }
    return said.values();
  }

  private static void say(Map<String, MainCf.Entry> said, String name, String value) {
    said.put(name, new MainCf.Entry(name, value, Place.PROGRAM));
  }

  private static MainCf main(Path file, Clock clock) {
    MainCf main = MainCf.parse(file.toString(), text(file, clock));
    main.faults().stream()
        .findFirst()
        .ifPresent(
            fault -> {
              throw new BadValue(fault.toString());
            });
    return main;
  }

  /** Without a master.cf there are the services that a server has without one. */
  private String master(boolean isNeeded) {
    return isNeeded || Files.exists(request.masterCf()) ? text(request.masterCf(), clock) : "";
  }

  private static String text(Path file, Clock clock) {
    String octets = new EditedFile(file, clock).text();
    return new String(octets.getBytes(ISO_8859_1), UTF_8);
  }

  private void warn(Notice notice) {
    warn(notice.place() + ": " + notice.text());
  }

  private void warn(String text) {
    if (warned.add(text)) {
      err.println("postconf: warning: " + text);
    }
  }
}
