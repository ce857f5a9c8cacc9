package org.postroom.dist;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.door.Door;
import org.postroom.core.part.DryRun;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Wire;
import org.postroom.dist.operation.Status.Listening;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a server listens. A change is made as a whole: what is new is opened first, so that one
 * that cannot be made changes nothing; what is open and still wanted stays, and no client that is
 * about to connect to it is lost. Where a port is to be had at all addresses instead of one, or at
 * one instead of all, there is nobody for a moment. From any thread.
 */
final class OpenDoors implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenDoors.class);
  private static final int TRIES = 20;

  private final Wire wire;
  private final Map<Door, Service> services;
  private final Clock clock;
  private Map<Place, Open> open = new LinkedHashMap<>();
  private List<PlannedListener> planned = List.of();
  private boolean closed;

  /**
   * Nothing is open.
   *
   * @param services who receives clients at each door
   */
  OpenDoors(Wire wire, Map<Door, Service> services, Clock clock) {
    this.wire = wire;
    this.services = Map.copyOf(services);
    this.clock = clock;
  }

  /**
   * Where a listener is to be. Whatever it is called, one at an address is the same listener; those
   * at any port (0) are told apart by their names.
   */
  private record Place(String listener, SocketAddress address) {

    static Place of(PlannedListener planned, SocketAddress address) {
      boolean anyPort = address instanceof InetSocketAddress inet && inet.getPort() == 0;
      return new Place(anyPort ? planned.name() : "", address);
    }

    /** Whether only one of the two can be had: all addresses of a port, and one of them. */
    boolean excludes(Place other) {
      return address instanceof InetSocketAddress here
          && other.address instanceof InetSocketAddress there
          && here.getPort() != 0
          && here.getPort() == there.getPort()
          && (isEverywhere(here) || isEverywhere(there));
    }

    private static boolean isEverywhere(InetSocketAddress address) {
      return address.getAddress().isAnyLocalAddress();
    }

    // As a record's are, without what the JVM makes up for them at their first use: a start asks.

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Place place
          && listener.equals(place.listener)
          && address.equals(place.address);
    }

    @Override
    public int hashCode() {
      return 31 * listener.hashCode() + address.hashCode();
    }
  }

  /**
   * One that is open.
   *
   * @param name of the service
   * @param since when
   */
  private record Open(String name, Door door, Listener listener, Welcome welcome, Instant since) {

    /** Where it is; the port is the real one. */
    SocketAddress address() {
      return isInFiles() ? welcome.options().address() : listener.address();
    }

    boolean isInFiles() {
      return welcome.options().address() instanceof UnixDomainSocketAddress;
    }
  }

  /** Refuses what {@code plan} would open and what cannot be had. */
  synchronized void check(Plan plan) {
    Ports ports = new Ports(plan.settings(), plan.portsFromSettings());
    Set<Place> wanted = wanted(plan);
    for (PlannedListener planned : plan.listeners()) {
      places(planned).stream()
          .filter(place -> !open.containsKey(place) && givingWay(Set.of(place), wanted).isEmpty())
          .forEach(place -> ports.check(planned.name(), place.address()));
    }
  }

  private static Set<Place> wanted(Plan plan) {
    Set<Place> wanted = new LinkedHashSet<>();
    plan.listeners().forEach(planned -> wanted.addAll(places(planned)));
    return wanted;
  }

  /** Which open ones that nobody wants any more must be closed before {@code some} can be had. */
  private List<Place> givingWay(Set<Place> some, Set<Place> wanted) {
    List<Place> givingWay = new ArrayList<>();
    for (Place place : open.keySet()) {
      if (!wanted.contains(place) && some.stream().anyMatch(place::excludes)) {
        givingWay.add(place);
      }
    }
    return List.copyOf(givingWay);
  }

  /**
   * Listens where {@code plan} says, and receives clients by {@code generation} from now on.
   *
   * @param opened is run when all is open that was not, and before anything else changes
   * @throws org.postroom.core.refusal.WireFault when an address cannot be had; then all is as
   *     before
   */
  synchronized void become(Plan plan, Generation generation, Runnable opened) {
    if (closed) {
      throw new IllegalStateException("the server is closed");
    }
    Map<Place, Welcome> welcomes = new LinkedHashMap<>();
    for (PlannedListener planned : plan.listeners()) {
      for (Place place : places(planned)) {
        welcomes.put(place, welcome(planned, place.address(), generation));
      }
    }
    Map<Place, Listener> fresh = new LinkedHashMap<>();
    List<Place> givenWay = givingWay(welcomes.keySet(), welcomes.keySet());
    for (Place place : givenWay) {
      Objects.requireNonNull(open.get(place)).listener().close();
    }
    try {
      fresh.putAll(openedTogether(plan, welcomes));
      for (PlannedListener planned : plan.listeners()) {
        if (!isIndependent(planned)) {
          fresh.putAll(opened(planned, welcomes));
        }
      }
      opened.run();
    } catch (RuntimeException | Error e) {
      fresh.values().forEach(Listener::close);
      givenWay.forEach(this::openAgain);
      throw e;
    }
    planned = plan.listeners();
    Map<Place, Open> before = open;
    open = new LinkedHashMap<>();
    for (PlannedListener planned : plan.listeners()) {
      for (Place place : places(planned)) {
        Open one = before.get(place);
        open.put(
            place,
            new Open(
                planned.name(),
                planned.door(),
                one != null ? one.listener() : Objects.requireNonNull(fresh.get(place)),
                Objects.requireNonNull(welcomes.get(place)),
                one != null ? one.since() : clock.instant()));
      }
    }
    for (Map.Entry<Place, Open> was : before.entrySet()) {
      Listener listener = was.getValue().listener();
      Welcome welcome = welcomes.get(was.getKey());
      if (welcome != null) {
        listener.become(welcome.options(), welcome.sessions());
      } else if (!givenWay.contains(was.getKey())) {
        listener.close();
      }
    }
  }

  /** It had given way to one that could not be had. */
  private void openAgain(Place place) {
    Open one = Objects.requireNonNull(open.get(place));
    try {
      Listener listener = wire.listen(one.welcome().options(), one.welcome().sessions());
      open.put(place, new Open(one.name(), one.door(), listener, one.welcome(), clock.instant()));
    } catch (WireFault e) {
      open.remove(place);
      LOG.error("nobody listens at {} any more: {}", place.address(), e.getMessage());
    }
  }

  /**
   * What would become of a mail at a listener.
   *
   * @return empty where none of that name takes mail
   */
  Optional<DryRun> explain(String name, Generation generation, DryRun.Asked asked) {
    Optional<PlannedListener> found;
    synchronized (this) {
      found =
          planned.stream()
              .filter(one -> one.name().equals(name) || one.door().name().equals(name))
              .findFirst();
    }
    return found.flatMap(
        one -> {
          Service service = services.get(one.rules());
          return service == null
              ? Optional.empty()
              : service.explain(one.rules(), one.settings(), generation.with(one.policy()), asked);
        });
  }

  private Welcome welcome(PlannedListener planned, SocketAddress address, Generation generation) {
    Service service = services.get(planned.rules());
    if (service == null) {
      throw new IllegalArgumentException("no part listens for " + planned.rules());
    }
    Welcome welcome =
        service.welcome(
            planned.rules(), address, planned.settings(), generation.with(planned.policy()));
    return new Welcome(
        welcome.options().as(planned.name(), address).with(planned.rights()), welcome.sessions());
  }

  /** Whether where it is to be at one address says nothing of where it is to be at another. */
  private static boolean isIndependent(PlannedListener planned) {
    return planned.port() != 0 || planned.places().size() == 1;
  }

  /** Opens those listeners that can be opened at once, where they are not open yet. */
  private Map<Place, Listener> openedTogether(Plan plan, Map<Place, Welcome> welcomes) {
    Map<Place, Listener.Terms> wanted = new LinkedHashMap<>();
    for (PlannedListener planned : plan.listeners()) {
      for (Place place : isIndependent(planned) ? places(planned) : List.<Place>of()) {
        Welcome welcome = welcomes.get(place);
        if (welcome != null && !open.containsKey(place)) {
          wanted.put(place, new Listener.Terms(welcome.options(), welcome.sessions()));
        }
      }
    }
    Map<Place, Listener> fresh = new LinkedHashMap<>();
    Iterator<Listener> listeners = wire.listen(List.copyOf(wanted.values())).iterator();
    for (Place place : wanted.keySet()) {
      fresh.put(place, listeners.next());
    }
    return fresh;
  }

  /** Opens a listener where it is not open yet. A free port is the same at all its addresses. */
  private Map<Place, Listener> opened(PlannedListener planned, Map<Place, Welcome> welcomes) {
    for (int tries = 1; ; tries++) {
      Map<Place, Listener> fresh = new LinkedHashMap<>();
      try {
        int port = port(planned);
        for (Place place : places(planned)) {
          Welcome welcome = welcomes.get(place);
          if (welcome != null && !open.containsKey(place)) {
            SocketAddress address = place.address();
            if (address instanceof InetSocketAddress inet) {
              address = new InetSocketAddress(inet.getAddress(), port);
            }
            Listener listener =
                wire.listen(welcome.options().as(planned.name(), address), welcome.sessions());
            fresh.put(place, listener);
            if (address instanceof InetSocketAddress) {
              port = listener.address().getPort();
            }
          }
        }
        return fresh;
      } catch (WireFault e) {
        fresh.values().forEach(Listener::close);
        // What is free at one address may be taken at another.
        if (planned.port() != 0 || fresh.isEmpty() || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  /** That at which it is open already, or that which is planned. */
  private int port(PlannedListener planned) {
    for (Place place : places(planned)) {
      Open one = open.get(place);
      if (one != null && !one.isInFiles()) {
        return one.listener().address().getPort();
      }
    }
    return planned.port();
  }

  private static List<Place> places(PlannedListener planned) {
    List<Place> places = new ArrayList<>();
    for (SocketAddress address : planned.places()) {
      places.add(Place.of(planned, address));
    }
    return List.copyOf(places);
  }

  /** At which address of the network a door listens; with several, at the first. */
  synchronized InetSocketAddress address(Door door) {
    return open.values().stream()
        .filter(one -> one.door().equals(door) && !one.isInFiles())
        .map(one -> one.listener().address())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no listener for " + door));
  }

  /** The doors that are open, and where each is. */
  synchronized Map<Door, List<SocketAddress>> doors() {
    Map<Door, List<SocketAddress>> doors = new LinkedHashMap<>();
    for (Open one : open.values()) {
      doors.computeIfAbsent(one.door(), door -> new ArrayList<>()).add(one.address());
    }
    return doors;
  }

  /** What is open, in the order of the configuration. */
  synchronized List<Listening> listening() {
    return open.values().stream().map(OpenDoors::listening).toList();
  }

  private static Listening listening(Open one) {
    Door door = one.door();
    return one.address() instanceof InetSocketAddress inet
        ? new Listening(
            one.name(),
            door.name(),
            inet.getAddress().getHostAddress(),
            inet.getPort(),
            door.implicitTls(),
            one.since().toString())
        : new Listening(
            one.name(),
            door.name(),
            "unix:" + one.address(),
            0,
            door.implicitTls(),
            one.since().toString());
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(one -> one.listener().close());
  }
}
