package org.postroom.dist.applet;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.postroom.dist.applet.postmap.Makemap;
import org.postroom.dist.applet.postmap.MakemapRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code makemap}: takes tables from standard input, with the options of sendmail's. */
@Command(
    name = "makemap",
    description = {
      "Takes a table from standard input, as sendmail's makemap(8) does; an index is never made.",
      "TYPE NAME <TEXT: where the text of the name is what stands on standard input, it is checked;"
          + " where there is none, it is written; another's text is never written over. -u: prints"
          + " the table. -o: adds to it. -r: in the place of what is there. -e, -d: keys without a"
          + " value, and twice, are refused all the same. -f: keys as they are written. -t SIGN:"
          + " stands behind keys. -D SIGN: begins comments. -v: says what is put in. -l: types."
          + " Nothing to do: -N -s -c SIZE -C FILE."
    })
public final class MakemapApplet implements Callable<Integer> {
  private static final int USAGE = 64;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|WORD", description = "As makemap's.")
  private List<String> words = new ArrayList<>();

  MakemapApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("C:D:Nc:deflorst:uv", words);
    } catch (Getopt.Misused e) {
      spec.commandLine().getErr().println("makemap: " + e.getMessage());
      return USAGE;
    }
    Set<Character> letters = new LinkedHashSet<>();
    options.given().forEach(one -> letters.add(one.letter()));
    return new Makemap(
            new MakemapRequest(
                letters,
                options.last('t').filter(text -> !text.isEmpty()),
                options.last('D').filter(text -> !text.isEmpty()).orElse("#"),
                options.operands()),
            Caller.of(spec).in(),
            spec.commandLine().getOut(),
            spec.commandLine().getErr(),
            Clock.systemUTC())
        .run();
  }
}
