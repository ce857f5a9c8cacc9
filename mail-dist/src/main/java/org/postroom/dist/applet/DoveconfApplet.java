package org.postroom.dist.applet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.postroom.core.config.MainCf;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.applet.doveconf.Doveconf;
import org.postroom.dist.applet.doveconf.DoveconfRequest;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.dovecot.DovecotPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code doveconf}: prints a dovecot.conf, with the options of Dovecot's. */
@Command(
    name = "doveconf",
    description = {
      "Prints a dovecot.conf, as Dovecot's doveconf(1) does.",
      "-n: what it changes. -N: what it says. -a: everything (as without an option). -d: the"
          + " defaults. -f NAME=VALUE: with what holds for a protocol, or for a remote, local or lname"
          + " block of that name. -h: values alone. -x: with what stands in files. -P: with"
          + " passwords. -c FILE: that file (default: that of the server that MAIL_CONFIG names, else"
          + " /etc/dovecot/dovecot.conf).",
      "NAME ...: settings, blocks by their types, or by a path such as"
          + " service/imap-login/process_limit."
    })
public final class DoveconfApplet implements Callable<Integer> {
  private static final int MISUSED = 64;
  private static final Path USUAL = Path.of("/etc/dovecot/dovecot.conf");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|NAME", description = "As doveconf's.")
  private List<String> words = new ArrayList<>();

  DoveconfApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("ac:df:hnNPsx", words);
    } catch (Getopt.Misused e) {
      spec.commandLine().getErr().println("doveconf: " + e.getMessage());
      return MISUSED;
    }
    Set<Character> letters = new LinkedHashSet<>();
    options.given().forEach(one -> letters.add(one.letter()));
    return new Doveconf(
            new DoveconfRequest(
                letters,
                options.all('f'),
                options.last('c').map(Path::of).orElseGet(this::file),
                options.operands()),
            spec.commandLine().getOut(),
            spec.commandLine().getErr())
        .run();
  }

  /** The one that the usual server obeys; without it, that of Dovecot. */
  private Path file() {
    UsualPlace place = new UsualPlace(Caller.of(spec));
    Path main = place.configuration(Optional.empty());
    try {
      return DovecotPlace.of(
              MainCf.read(main).entry(ServerParams.DOVECOT_CONF.name()),
              place.folder(Optional.empty()))
          .orElse(USUAL);
    } catch (BadConfiguration e) {
      return USUAL;
    }
  }
}
