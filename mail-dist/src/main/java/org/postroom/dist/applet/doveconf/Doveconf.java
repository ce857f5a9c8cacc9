package org.postroom.dist.applet.doveconf;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Place;
import org.postroom.dist.MailServer;
import org.postroom.dist.config.dovecot.DovecotConf;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;
import org.postroom.dist.config.dovecot.DovecotNames;

/** Reads a dovecot.conf, and prints it in the form of doveconf(1). */
public final class Doveconf {
  /** EX_CONFIG of Dovecot: there is no use in another attempt. */
  private static final int BAD_FILE = 89;

  private final DoveconfRequest asked;
  private final PrintWriter out;
  private final PrintWriter err;

  public Doveconf(DoveconfRequest asked, PrintWriter out, PrintWriter err) {
    this.asked = asked;
    this.out = out;
    this.err = err;
  }

  /** Does it; gives the exit status. */
  public int run() {
    DovecotConf conf = DovecotConf.read(asked.file());
    conf.notices()
        .forEach(
            notice -> err.println("doveconf: Warning: " + place(notice.place()) + notice.text()));
    Optional<Fault> fault = conf.faults().stream().findFirst().or(() -> bad(conf.root()));
    if (fault.isPresent()) {
      err.println(
          "doveconf: Fatal: Error in configuration file "
              + place(fault.get().place())
              + fault.get().text());
      return BAD_FILE;
    }
    Block root = filtered(conf.root());
    Shown shown = new Shown(asked);
    if (asked.names().isEmpty()) {
      out.println("# Postroom " + MailServer.VERSION + ": " + asked.file());
      if (!asked.has('n') && !asked.has('N')) {
        out.println("# NOTE: Send doveconf -n output instead when asking for help.");
      }
      shown.all(root, conf.isNewDialect()).forEach(out::println);
    } else {
      for (String name : asked.names()) {
        shown.named(root, name).forEach(out::println);
      }
    }
    return 0;
  }

  private static String place(Place place) {
    return place.source() + (place.line() > 0 ? " line " + place.line() : "") + ": ";
  }

  /** A setting that there is not, or a value that is none, as for Dovecot. */
  private static Optional<Fault> bad(Block root) {
    for (Setting setting : root.settings()) {
      Optional<DovecotNames.Row> row = DovecotNames.find(setting.name());
      if (row.isEmpty()) {
        return Optional.of(
            new Fault(setting.place(), setting.name(), "Unknown setting: " + setting.name()));
      }
      if (row.get().type().shown(setting.text()).isEmpty()) {
        return Optional.of(
            new Fault(
                setting.place(),
                setting.name(),
                "Invalid value of " + setting.name() + ": " + setting.text()));
      }
    }
    return Optional.empty();
  }

  /** With what blocks say for the protocol, client or address that is asked for, in its place. */
  private Block filtered(Block root) {
    if (asked.filters().isEmpty()) {
      return root;
    }
    Map<String, Setting> settings = new LinkedHashMap<>();
    root.settings().forEach(setting -> settings.put(setting.name(), setting));
    boolean oneProtocol =
        asked.filters().stream()
            .anyMatch(filter -> filter.startsWith("protocol=") || filter.startsWith("service="));
    List<Block> blocks = new ArrayList<>();
    for (Block block : root.blocks()) {
      String type = block.type().equals("local_name") ? "lname" : block.type();
      boolean isMeant =
          asked.filters().contains(type + "=" + block.name())
              || type.equals("protocol") && asked.filters().contains("service=" + block.name());
      if (isMeant) {
        block.settings().forEach(setting -> settings.put(setting.name(), setting));
      }
      if (isMeant || !oneProtocol || !type.equals("protocol")) {
        blocks.add(block);
      }
    }
    return new Block("", "", List.copyOf(settings.values()), blocks, root.place());
  }
}
