package org.postroom.dist.applet;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.postroom.dist.applet.postconf.Postconf;
import org.postroom.dist.applet.postconf.PostconfRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postconf}: lists and edits main.cf and master.cf, with the options of Postfix's. */
@Command(
    name = "postconf",
    description = {
      "Lists and edits main.cf and master.cf, as Postfix's postconf(1) does.",
      "NAME ...: what holds. -n: what main.cf says. -d: the defaults. -x: with the values of other"
          + " names in it. -h: without names. -H: without values. -f: long lines folded. -C"
          + " builtin|service|user|all: names of that kind. -o NAME=VALUE: as if main.cf said it.",
      "-e NAME=VALUE ...: edits main.cf. -# NAME: comments it out. -X NAME: removes it.",
      "-M [SERVICE/TYPE]: services of master.cf. -F [SERVICE/TYPE/FIELD], -P"
          + " [SERVICE/TYPE/NAME]: their fields and parameters. With -e, -# or -X they are edited.",
      "-b [FILE]: what notifications say to people. -t [FILE]: their templates, as"
          + " bounce_template_file has them. \"\" for FILE: the usual ones.",
      "-m, -l, -a, -A: types of tables, of locks, of SASL in the server and in the client. -c FOLDER: that of main.cf (default:"
          + " that of MAIL_CONFIG, /etc/postroom). Links are followed; mode and owner stay."
    })
public final class PostconfApplet implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final String LETTERS = "aAbc:C:deEfFhHlmMno:pPtTvxX#";

  /** What changes files, or reads those that somebody has named. */
  private static final String ELSEWHERE = "eX#bt";

  private static final String USAGE =
      "usage: postconf [-a (server SASL types)] [-A (client SASL types)]"
          + " [-b (bounce templates)] [-c config_dir]"
          + " [-C param_class] [-d (parameter defaults)] [-e (edit configuration)]"
          + " [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] [-H (no values)]"
          + " [-l (lock types)] [-m (map types)] [-M (master.cf)] [-n (non-default parameters)]"
          + " [-o name=value (override parameter value)] [-p (main.cf, default)]"
          + " [-P (master.cf parameters)] [-t (bounce templates)] [-v (verbose)] [-x (expand parameter values)]"
          + " [-X (exclude)] [-# (comment-out)] [name...]";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|NAME", description = "As postconf's.")
  private List<String> words = new ArrayList<>();

  PostconfApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse(LETTERS, words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      say("fatal: " + USAGE);
      return FAILED;
    }
    Set<Character> letters = new LinkedHashSet<>();
    options.given().forEach(one -> letters.add(one.letter()));
    if (options.operands().stream().anyMatch(word -> word.indexOf('=') >= 0)
        && "aAblmtT".chars().noneMatch(letter -> letters.contains((char) letter))) {
      letters.add('e');
    }
    Caller caller = Caller.of(spec);
    if (letters.stream().anyMatch(letter -> ELSEWHERE.indexOf(letter) >= 0)) {
      caller.needsOwnProcess();
    }
    UsualPlace place = new UsualPlace(caller);
    Optional<Path> configuration = options.last('c').map(Path::of);
    return new Postconf(
            new PostconfRequest(
                letters,
                options.all('C'),
                options.all('o'),
                place.folder(configuration),
                place.said(configuration).isPresent(),
                options.operands()),
            spec.commandLine().getOut(),
            spec.commandLine().getErr(),
            Clock.systemUTC())
        .run();
  }

  private void say(String line) {
    spec.commandLine().getErr().println("postconf: " + line);
  }
}
