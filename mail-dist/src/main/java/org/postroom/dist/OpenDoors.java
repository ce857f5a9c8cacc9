package org.postroom.dist;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.part.Door;
import org.postroom.core.part.DryRun;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireFault;

/**
 * Where a server listens. A change is made as a whole: what is new is opened first, so that one
 * that cannot be made changes nothing; what is open and still wanted stays, and no client that is
 * about to connect to it is lost. From any thread.
 */
final class OpenDoors implements AutoCloseable {
  private static final int TRIES = 20;

  private final Wire wire;
  private final Map<Door, Service> services;
  private Map<Place, Open> open = Map.of();
  private List<PlannedListener> planned = List.of();
  private boolean closed;

  /**
   * Nothing is open.
   *
   * @param services who receives clients at each door
   */
  OpenDoors(Wire wire, Map<Door, Service> services) {
    this.wire = wire;
    this.services = Map.copyOf(services);
  }

  /** Where a listener of that name is to be; port 0 is any. */
  private record Place(String listener, InetSocketAddress address) {}

  /** One that is open. */
  private record Open(Door door, Listener listener) {}

  /** Refuses what {@code plan} would open and what cannot be had. */
  synchronized void check(Plan plan) {
    Ports ports = new Ports(plan.settings(), plan.portsFromSettings());
    for (PlannedListener planned : plan.listeners()) {
      places(planned).stream()
          .filter(place -> !open.containsKey(place))
          .forEach(place -> ports.check(planned.name(), place.address()));
    }
  }

  /**
   * Listens where {@code plan} says, and receives clients by {@code generation} from now on.
   *
   * @param opened is run when all is open that was not, and before anything else changes
   * @throws org.postroom.core.wire.WireFault when an address cannot be had; then all is as before
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
    try {
      for (PlannedListener planned : plan.listeners()) {
        fresh.putAll(opened(planned, welcomes));
      }
      opened.run();
    } catch (RuntimeException | Error e) {
      fresh.values().forEach(Listener::close);
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
                planned.door(),
                one != null ? one.listener() : Objects.requireNonNull(fresh.get(place))));
      }
    }
    before.forEach(
        (place, one) -> {
          Welcome welcome = welcomes.get(place);
          if (welcome == null) {
            one.listener().close();
          } else {
            one.listener().become(welcome.options(), welcome.sessions());
          }
        });
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

  private Welcome welcome(
      PlannedListener planned, InetSocketAddress address, Generation generation) {
    Service service = services.get(planned.rules());
    if (service == null) {
      throw new IllegalArgumentException("no part listens for " + planned.rules());
    }
    Welcome welcome =
        service.welcome(
            planned.rules(), address, planned.settings(), generation.with(planned.policy()));
    return new Welcome(welcome.options().as(planned.name(), address), welcome.sessions());
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
            InetSocketAddress address = new InetSocketAddress(place.address().getAddress(), port);
            Listener listener =
                wire.listen(welcome.options().as(planned.name(), address), welcome.sessions());
            fresh.put(place, listener);
            port = listener.address().getPort();
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
      if (one != null) {
        return one.listener().address().getPort();
      }
    }
    return planned.port();
  }

  private static List<Place> places(PlannedListener planned) {
    return planned.places().stream().map(address -> new Place(planned.name(), address)).toList();
  }

  /** Where a door listens; with several addresses, at the first. */
  synchronized InetSocketAddress address(Door door) {
    return open.values().stream()
        .filter(one -> one.door().equals(door))
        .map(one -> one.listener().address())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no listener for " + door));
  }

  /** The doors that are open. */
  synchronized Set<Door> doors() {
    Set<Door> doors = new LinkedHashSet<>();
    open.values().forEach(one -> doors.add(one.door()));
    return doors;
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(one -> one.listener().close());
  }
}
