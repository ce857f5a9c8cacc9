package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Listing;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.table.TableText.Form;
import org.postroom.dist.applet.edit.EditRefused;
import org.postroom.dist.applet.postconf.Postconf;
import org.postroom.dist.applet.postmap.Postmap;
import org.postroom.dist.applet.postmap.PostmapRequest;
import picocli.CommandLine.Model.CommandSpec;

/** What postmap, postalias and newaliases have in common: their command line, and what it means. */
final class TableCommand {
  private static final int FAILED = 1;

  /** A table in a file that has the same name wherever the command runs. */
  private static final Pattern PLAIN = Pattern.compile("^([a-z]+:)?/");

  /** Those that name what is to be done; there is one. */
  private static final String DEEDS = "qds";

  private final Form form;
  private final Caller caller;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Clock clock = Clock.systemUTC();

  TableCommand(Form form, CommandSpec spec) {
    this.form = form;
    this.caller = Caller.of(spec);
    this.out = spec.commandLine().getOut();
    this.err = spec.commandLine().getErr();
  }

  /** Postfix's options and tables. */
  int run(List<String> words) {
    Getopt options;
    try {
      options = Getopt.parse(letters(), words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      return fail(usage());
    }
    Set<Character> letters = new LinkedHashSet<>();
    for (Getopt.Given one : options.given()) {
      boolean isSecond =
          DEEDS.indexOf(one.letter()) >= 0
              && DEEDS.chars().anyMatch(other -> letters.contains((char) other));
      if (isSecond) {
        return fail(
            one.letter() == 's'
                ? "specify only one of -s or -q or -d"
                : "specify only one of -s -q or -d");
      }
      letters.add(one.letter());
    }
    if (options.operands().isEmpty()) {
      return fail(usage());
    }
    boolean isLookUp =
        options.has('q') && options.operands().stream().allMatch(PLAIN.asPredicate());
    if (!isLookUp) {
      caller.needsOwnProcess();
    }
    return run(
        options.last('c').map(Path::of),
        new PostmapRequest(
            form, letters, options.last('q'), options.last('d'), options.operands()));
  }

  /**
   * Checks the files of aliases that main.cf names.
   *
   * @param isVerbose whether it says what there is
   */
  int checkAliases(Optional<Path> configuration, boolean isVerbose) {
    try {
      Listing names = names(configuration);
      List<String> tables =
          Stream.of(AliasParams.ALIAS_DATABASE, AliasParams.ALIAS_MAPS)
              .flatMap(param -> names.row(param.name()).stream())
              .flatMap(row -> Arrays.stream(names.expanded(row).split("[,\\s]+")))
              .filter(table -> table.matches("(hash|btree|lmdb|dbm|cdb|texthash):/.*|/.*"))
              .distinct()
              .toList();
      if (tables.isEmpty()) {
        return 0;
      }
      Set<Character> options = isVerbose ? Set.of('v') : Set.of();
      int status =
          new Postmap(
                  new PostmapRequest(form, options, Optional.empty(), Optional.empty(), tables),
                  names,
                  caller.in(),
                  out,
                  err,
                  clock)
              .run();
      if (isVerbose) {
        out.println("A server that runs reads them by itself, within seconds.");
      }
      return status;
    } catch (EditRefused e) {
      return fail(String.valueOf(e.getMessage()));
    } catch (BadValue e) {
      return fail(e.reason());
    }
  }

  private int run(Optional<Path> configuration, PostmapRequest request) {
    Listing names;
    try {
      names = names(configuration);
    } catch (EditRefused e) {
      return fail(String.valueOf(e.getMessage()));
    } catch (BadValue e) {
      return fail(e.reason());
    }
    return new Postmap(request, names, caller.in(), out, err, clock).run();
  }

  private Listing names(Optional<Path> configuration) {
    UsualPlace place = new UsualPlace(caller);
    return Postconf.names(
        place.folder(configuration), place.said(configuration).isPresent(), clock);
  }

  private String command() {
    return form == Form.ALIASES ? "postalias" : "postmap";
  }

  private String letters() {
    return form == Form.ALIASES ? "Nfinoprsuvwc:d:q:" : "bfFhimnNoprsuUvwc:d:q:";
  }

  private String usage() {
    String letters = form == Form.ALIASES ? "Nfinoprsuvw" : "bfFhimnNoprsuUvw";
    return "usage: "
        + command()
        + " [-"
        + letters
        + "] [-c config_dir] [-d key] [-q key] [map_type:]file...";
  }

  private int fail(String why) {
    say("fatal: " + why);
    return FAILED;
  }

  private void say(String line) {
    err.println(command() + ": " + line);
  }
}
