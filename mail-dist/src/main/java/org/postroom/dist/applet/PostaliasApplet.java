package org.postroom.dist.applet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.postroom.core.table.TableText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postalias}: asks, checks and changes files of aliases(5), with Postfix's options. */
@Command(
    name = "postalias",
    description = {
      "Asks, checks and changes files of aliases, as Postfix's postalias(1) does; an index is never made.",
      "TYPE:FILE ...: says which of its lines do not count, with exit status 1 if any; -v: how many"
          + " aliases there are. -q NAME, -q -: looks up. -s: lists. -d NAME, -d -: removes. -i:"
          + " puts in what is on standard input; -r: in the place of what is there; -w: silently. -f: names"
          + " as they are written. -c FOLDER: that of main.cf (default: that of MAIL_CONFIG,"
          + " /etc/postroom). Nothing to do: -n -N -o -p."
    })
public final class PostaliasApplet implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|FILE", description = "As postalias's.")
  private List<String> words = new ArrayList<>();

  PostaliasApplet() {}

  @Override
  public Integer call() {
    return new TableCommand(TableText.Form.ALIASES, spec).run(words);
  }
}
