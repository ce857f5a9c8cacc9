package org.postroom.dist.assembly;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.config.Defaults;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.filter.check.StandardFilters;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.dist.auth.AuthPart;
import org.postroom.dist.config.ServerSettings;
import org.postroom.dist.fetch.FetchPart;
import org.postroom.dist.program.ProgramPart;
import org.postroom.dist.warning.QuotaWarningPart;
import org.postroom.imap.ImapPart;
import org.postroom.pop3.Pop3Part;
import org.postroom.smtp.SmtpPart;

/** What a server is made of: the parts that every server has, and those that its owner adds. */
public final class Parts {
  private final List<Part> parts;

  private Parts(List<Part> parts) {
    this.parts = List.copyOf(parts);
    Map<String, Door> names = new LinkedHashMap<>();
    for (Door door : doors()) {
      if (names.put(door.name(), door) != null) {
        throw new IllegalArgumentException("two parts listen for " + door);
      }
    }
  }

  /** Those that every server has. */
  public static Parts standard() {
    return new Parts(
        List.of(
            new SmtpPart(),
            new Pop3Part(),
            new ImapPart(),
            new AuthPart(),
            new ProgramPart(),
            new FetchPart(),
            new QuotaWarningPart()));
  }

  /** These and {@code others}. */
  public Parts and(Collection<Part> others) {
    List<Part> all = new ArrayList<>(parts);
    all.addAll(others);
    return new Parts(all);
  }

  /**
   * Looked at once: they are the same in every server of a process. The folder is one whose name
   * nothing can be wrong with; a server looks at its own.
   */
  private static final class Usual {
    static final Defaults SETTINGS =
        Defaults.of(Names.ofTheMachine(Path.of("/")), standard().params());
  }

  /** Begins settings of every parameter there is; nothing has been said yet. */
  public Settings.Builder settings() {
    return Usual.SETTINGS.builder(params());
  }

  /** Every parameter there is. */
  public ParamSet[] params() {
    List<ParamSet> all = new ArrayList<>(ServerSettings.ofTheHouse());
    for (Part part : parts) {
      all.addAll(part.params());
    }
    return all.toArray(new ParamSet[0]);
  }

  /** What mails are looked into by: the house's own filters, then those of parts. */
  public List<FilterStation.Named> filters(Settings settings, Tables tables) {
    List<FilterStation.Named> all =
        new ArrayList<>(StandardFilters.of(settings, settings.get(FlowParams.HEADER_SIZE), tables));
    for (Part part : parts) {
      all.addAll(part.filters(settings, tables));
    }
    return List.copyOf(all);
  }

  /** Looks at what their transports would obey; {@code BadConfiguration} for what cannot be. */
  public void check(Outgoing outgoing, Policy policy, Tables tables) {
    for (Part part : parts) {
      part.check(outgoing, policy, tables);
    }
  }

  /** Names of the transports that they make. */
  public List<String> transports(Outgoing outgoing) {
    List<String> names = new ArrayList<>();
    for (Part part : parts) {
      names.addAll(part.transports(outgoing));
    }
    return List.copyOf(names);
  }

  /** All that can be listened for, in a fixed order. */
  public List<Door> doors() {
    List<Door> doors = new ArrayList<>();
    for (Part part : parts) {
      doors.addAll(part.doors());
    }
    return List.copyOf(doors);
  }

  /** What configuration calls {@code name}. */
  public Optional<Door> door(String name) {
    return doors().stream().filter(door -> door.name().equals(name)).findFirst();
  }

  /** Opens them. */
  public OpenParts open(Premises premises, Settings started) {
    List<Service> all = new ArrayList<>();
    Map<Door, Service> byDoor = new LinkedHashMap<>();
    for (Part part : parts) {
      Service service = part.open(premises, started);
      all.add(service);
      for (Door door : part.doors()) {
        byDoor.put(door, service);
      }
    }
    return new OpenParts(all, byDoor);
  }
}
