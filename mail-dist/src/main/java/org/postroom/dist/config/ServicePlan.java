package org.postroom.dist.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.MasterCf;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Outgoing;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Report;
import org.postroom.smtp.server.SmtpParams;

/**
 * What the services of a master.cf come to here: listeners and transports, each with settings of
 * its own.
 *
 * @param doors the SMTP listeners
 * @param outgoing by which mail leaves
 * @param report what there is to say
 */
public record ServicePlan(List<Door> doors, Outgoing outgoing, Report report) {

  /** Programs that are part of this server, or that it has no need of. */
  private static final Set<String> INTERNAL =
      Set.of(
          "pickup",
          "cleanup",
          "qmgr",
          "oqmgr",
          "nqmgr",
          "tlsmgr",
          "trivial-rewrite",
          "bounce",
          "verify",
          "flush",
          "proxymap",
          "showq",
          "anvil",
          "scache",
          "postlogd",
          "dnsblog",
          "tlsproxy",
          "error",
          "discard",
          "local",
          "virtual");

  private static final Map<String, Integer> PORTS =
      Map.of(
          "smtp",
          25,
          "submission",
          587,
          "submissions",
          465,
          "smtps",
          465,
          "ssmtp",
          465,
          "urd",
          465,
          "lmtp",
          24);

  private static final String DEFAULT_LIMIT = "-";

  /**
   * A listener of a service.
   *
   * @param name for log lines
   * @param places where: at addresses, those of {@code inet_interfaces} where the service names
   *     none; or at a socket in the queue directory
   * @param settings what holds for it
   */
  public record Door(String name, List<SocketAddress> places, Settings settings) {
    public Door {
      places = List.copyOf(places);
    }

    /** Whether it is one of the network with this port. */
    public boolean isAtPort(int port) {
      return places.stream()
          .anyMatch(place -> place instanceof InetSocketAddress inet && inet.getPort() == port);
    }
  }

  public ServicePlan {
    doors = List.copyOf(doors);
  }

  /** Names of the services by which mail may leave, which may have parameters of their own. */
  public static List<String> transports(MasterCf master) {
    List<String> names = new ArrayList<>();
    for (MasterCf.Service service : master.services()) {
      if (service.type().equals("unix")) {
        names.add(service.name());
      }
    }
    return List.copyOf(names);
  }

  /**
   * Reads the services.
   *
   * @param settings of the server, over which theirs go
   */
  public static ServicePlan of(MasterCf master, Settings settings, Interfaces machine) {
    return new Reading(master, settings, machine).plan();
  }

  private static final class Reading {
    private final MasterCf master;
    private final Settings settings;
    private final Interfaces machine;
    private final List<Door> doors = new ArrayList<>();
    private final Map<String, Outgoing.Service> transports = new LinkedHashMap<>();
    private final List<Fault> faults;
    private final List<Notice> notices;

    Reading(MasterCf master, Settings settings, Interfaces machine) {
      this.master = master;
      this.settings = settings;
      this.machine = machine;
      this.faults = new ArrayList<>(master.faults());
      this.notices = new ArrayList<>(master.notices());
    }

    ServicePlan plan() {
      for (MasterCf.Service service : master.services()) {
        service(service);
      }
      return new ServicePlan(
          doors, new Outgoing(settings, transports), new Report(faults, notices));
    }

    private void service(MasterCf.Service service) {
      String command = service.command();
      boolean listens = service.type().equals("inet");
      if (listens && command.equals("smtpd")) {
        door(service);
      } else if (service.type().equals("unix") && command.equals("smtpd")) {
        socket(service);
      } else if (listens && command.equals("postscreen")) {
        say(
            Notice.Level.WARNING,
            service,
            ParamClass.PARTIAL,
            "clients are not tested before the greeting: it is the door of smtpd");
        door(behindPostscreen(service));
      } else if (command.equals("smtp")
          || command.equals("lmtp")
          || command.equals("pipe") && !listens) {
        transports.put(
            service.name(), new Outgoing.Service(service, own(service).orElse(settings)));
      } else if (command.equals("smtpd") || command.equals("pipe") || command.equals("spawn")) {
        if (listens) {
          say(
              Notice.Level.NOTE,
              service,
              ParamClass.NO_EFFECT,
              command + " has no effect here: programs do not listen");
        }
      } else if (command.equals("qmqpd")) {
        say(Notice.Level.NOTE, service, ParamClass.NO_EFFECT, "QMQP is not there");
      } else if (INTERNAL.contains(command)) {
        notForOneAlone(service, over(service), parameter -> true);
      } else {
        say(
            Notice.Level.WARNING,
            service,
            ParamClass.UNKNOWN,
            "unknown program: " + command + "; the service is not there");
      }
    }

    /** The one that postscreen hands clients on to. */
    private MasterCf.Service behindPostscreen(MasterCf.Service screen) {
      return master.services().stream()
          .filter(service -> service.type().equals("pass") && service.command().equals("smtpd"))
          .findFirst()
          .map(screen::as)
          .orElse(screen);
    }

    private void door(MasterCf.Service service) {
      String name = service.name();
      int colon = name.lastIndexOf(':');
      String port = name.substring(colon + 1);
      Optional<Integer> number = port(port);
      if (number.isEmpty()) {
        fault(service, "\"" + port + "\" is no port; expected a number or the name of a service");
        return;
      }
      Optional<Settings> own = own(service);
      if (own.isEmpty()) {
        return;
      }
      try {
        List<InetAddress> addresses =
            colon < 0
                ? machine.listening(settings)
                : machine.listening(
                    settings, PolicyParams.INET_INTERFACES, name.substring(0, colon));
        List<SocketAddress> places =
            addresses.stream()
                .<SocketAddress>map(at -> new InetSocketAddress(at, number.get()))
                .toList();
        doors.add(new Door(name, places, own.get()));
      } catch (BadConfiguration e) {
        if (colon >= 0) {
          e.faults().forEach(fault -> fault(service, fault.text()));
        }
      }
    }

    /** Where programs of the compatible systems look for it (master(5)). */
    private void socket(MasterCf.Service service) {
      own(service)
          .ifPresent(
              own -> {
                Path path =
                    own.get(ServerParams.QUEUE_DIRECTORY)
                        .resolve(service.isPrivate() ? "private" : "public")
                        .resolve(service.name());
                doors.add(new Door(service.name(), List.of(UnixDomainSocketAddress.of(path)), own));
              });
    }

    private static Optional<Integer> port(String text) {
      if (text.matches("[0-9]{1,5}")) {
        return Optional.of(Integer.parseInt(text)).filter(port -> port <= 65535);
      }
      return Optional.ofNullable(PORTS.get(text));
    }

    /** The server's settings with the service's own over them; empty where they have a fault. */
    private Optional<Settings> over(MasterCf.Service service) {
      Settings.Builder builder = settings.over().preset("service_name", service.name());
      boolean listens = service.type().equals("inet") || service.command().equals("smtpd");
      if (listens && !service.processes().equals(DEFAULT_LIMIT)) {
        String limit =
            service.processes().matches("0+")
                ? Integer.toString(Integer.MAX_VALUE)
                : service.processes();
        builder.set(new MainCf.Entry(SmtpParams.SESSIONS.name(), limit, service.place()));
      }
      service.overrides().forEach(builder::set);
      try {
        Settings.Examined examined = builder.examine();
        faults.addAll(examined.report().faults());
        notices.addAll(examined.report().notices());
        return examined.report().isGood() ? Optional.of(examined.settings()) : Optional.empty();
      } catch (BadConfiguration e) {
        faults.addAll(e.faults());
        return Optional.empty();
      }
    }

    /** The same; the queue, which is part of the one server, has no use for them. */
    private Optional<Settings> own(MasterCf.Service service) {
      Optional<Settings> own = over(service);
      notForOneAlone(service, own, Reading::isOfQueue);
      return own;
    }

    /** How much goes by a transport at once is the queue's to say. */
    private static boolean isOfQueue(String parameter) {
      return parameter.contains("_destination_") || parameter.endsWith("_transport_rate_delay");
    }

    /** What is part of the one server obeys the server's settings. */
    private void notForOneAlone(
        MasterCf.Service service, Optional<Settings> own, Predicate<String> parameters) {
      for (MainCf.Entry override : service.overrides()) {
        String here = settings.expandedText(override.name()).orElse("");
        String there = own.flatMap(o -> o.expandedText(override.name())).orElse("");
        if (parameters.test(override.name()) && !here.equals(there)) {
          say(
              Notice.Level.WARNING,
              service,
              ParamClass.PARTIAL,
              override.name()
                  + " holds for the whole server: that of "
                  + service.key()
                  + " is not acted upon");
        }
      }
    }

    private void fault(MasterCf.Service service, String text) {
      faults.add(new Fault(service.place(), service.key(), text));
    }

    private void say(
        Notice.Level level, MasterCf.Service service, ParamClass paramClass, String text) {
      notices.add(
          new Notice(
              level, service.place(), service.key(), paramClass, service.key() + ": " + text));
    }
  }
}
