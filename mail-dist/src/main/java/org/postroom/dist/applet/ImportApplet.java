package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Param;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.dovecot.DovecotConf;
import org.postroom.dist.config.dovecot.DovecotSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom import}: what a configuration of another mail server comes to here. */
@Command(
    name = "import",
    description = {
      "Prints the configuration of a Postfix or a Dovecot as a main.cf, and says, on standard error,"
          + " what becomes of each line that does not stand there.",
      "Exit status 0: nothing else would be answered than there. 1: something would; the report"
          + " says what. 78: a server would not start with it."
    },
    mixinStandardHelpOptions = true)
public final class ImportApplet implements Callable<Integer> {
  private static final int OTHERWISE = 1;

  private static final String POSTFIX = "postfix";
  private static final String DOVECOT = "dovecot";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "postfix|dovecot", description = "Whose it is.")
  private String system = POSTFIX;

  @Parameters(
      index = "1",
      paramLabel = "FOLDER",
      description = "The folder of main.cf or dovecot.conf, or the file itself.")
  private Path folder = Path.of("");

  ImportApplet() {}

  @Override
  public Integer call() {
    if (!system.equals(POSTFIX) && !system.equals(DOVECOT)) {
      throw new ParameterException(
          spec.commandLine(), "expected postfix or dovecot, but found \"" + system + "\"");
    }
    boolean isPostfix = system.equals(POSTFIX);
    String usual = isPostfix ? "main.cf" : "dovecot.conf";
    Path file = Files.isDirectory(folder) ? folder.resolve(usual) : folder;
    Set<String> declared = declared();
    ServerBuilder server = MailServer.builder();
    List<MainCf.Entry> entries;
    if (isPostfix) {
      server.configuration(file).set(ServerParams.DOVECOT_CONF.name(), "");
      entries = MainCf.read(file).entries();
    } else {
      server
          .set(ServerParams.DOVECOT_CONF.name(), file.toAbsolutePath().toString())
          .set(ServerParams.STORAGE_URL.name(), "memory:");
      entries = DovecotSettings.of(DovecotConf.read(file), declared, MainCf.EMPTY, false).entries();
    }
    Report report = server.report();
    print(file, entries, declared, isPostfix);
    PrintWriter err = spec.commandLine().getErr();
    report.faults().forEach(fault -> err.println("error: " + fault));
    report.said().forEach(err::println);
    report.details().forEach(err::println);
    if (!report.isGood()) {
      return Complaint.CONFIGURATION;
    }
    // What the machine lacks, or a table's file has to say, is no matter of a line.
    boolean isAsThere =
        report.notices().stream()
            .filter(notice -> notice.place().line() > 0)
            .noneMatch(notice -> notice.level() == Notice.Level.WARNING);
    return isAsThere ? 0 : OTHERWISE;
  }

  private static Set<String> declared() {
    Set<String> names =
        Arrays.stream(Parts.standard().params())
            .flatMap(set -> set.params().stream())
            .map(Param::name)
            .collect(Collectors.toSet());
    ConfigParams.ALL.params().forEach(param -> names.add(param.name()));
    return names;
  }

  /** What is obeyed, in its order; the administrator's own names stay, as others refer to them. */
  private void print(
      Path file, List<MainCf.Entry> entries, Set<String> declared, boolean isPostfix) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("# What " + file + " comes to.");
    if (Files.exists(file.resolveSibling("master.cf")) && isPostfix) {
      out.println("# The master.cf beside it is read as it is, where it lies beside this file.");
    }
    List<MainCf.Entry> left = new ArrayList<>();
    for (MainCf.Entry entry : entries) {
      if (declared.contains(entry.name()) || isReferredTo(entry.name(), entries)) {
        out.println(entry.name() + " = " + entry.value());
      } else {
        left.add(entry);
      }
    }
    if (!left.isEmpty()) {
      out.println();
      out.println("# Not acted upon:");
      left.forEach(
          entry ->
              out.println("# " + entry.name() + " = " + entry.value() + at(entry.place(), file)));
    }
  }

  private static boolean isReferredTo(String name, List<MainCf.Entry> entries) {
    return entries.stream()
        .anyMatch(
            entry ->
                entry.value().contains("$" + name)
                    || entry.value().contains("${" + name)
                    || entry.value().contains("$(" + name));
  }

  private static String at(Place place, Path file) {
    return place.source().equals(file.toString()) ? "" : "  (" + place + ")";
  }
}
