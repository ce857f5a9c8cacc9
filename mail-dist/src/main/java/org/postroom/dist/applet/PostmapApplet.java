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

/** {@code postmap}: asks, checks and changes look-up tables, with the options of Postfix's. */
@Command(
    name = "postmap",
    description = {
      "Asks, checks and changes look-up tables, as Postfix's postmap(1) does; an index is never made.",
      "TYPE:NAME ...: says which of its lines do not count, with exit status 1 if any. -q KEY, -q -: looks up; with -h, -b, -m the"
          + " fields, the lines, the parts of a mail. -s: lists. -d KEY, -d -: removes. -i: puts in what"
          + " is on standard input; -r: in the place of what is there; -w: silently. -f: keys"
          + " as they are written. -u: not in UTF-8. -c FOLDER: that of main.cf (default: that of"
          + " MAIL_CONFIG, /etc/postroom). Nothing to do: -n -N -o -p -U -v."
    })
public final class PostmapApplet implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|TABLE", description = "As postmap's.")
  private List<String> words = new ArrayList<>();

  PostmapApplet() {}

  @Override
  public Integer call() {
    return new TableCommand(TableText.Form.KEY_VALUE, spec).run(words);
  }
}
