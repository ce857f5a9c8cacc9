package org.postroom.dist;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.part.Door;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Wire;

/**
 * Where a server listens. A change is made as a whole: what is new is opened first, so that one
 * that cannot be made changes nothing; what is open and still wanted stays, and no client that is
 * about to connect to it is lost. From any thread.
 */
final class OpenDoors implements AutoCloseable {
  private final Wire wire;
  private final Map<Door, Service> services;
  private final Map<Place, Listener> open = new LinkedHashMap<>();
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

  /** Where a door is to listen; port 0 is any. */
  private record Place(Door door, InetSocketAddress address) {}

  /** Refuses what {@code plan} would open and what cannot be had. */
  synchronized void check(Plan plan) {
    Ports ports = new Ports(plan.settings(), plan.portsFromSettings());
    wanted(plan).stream()
        .filter(place -> !open.containsKey(place) && place.address().getPort() != 0)
        .forEach(place -> ports.check(place.door(), place.address()));
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
    for (Place place : wanted(plan)) {
      Service service = services.get(place.door());
      if (service == null) {
        throw new IllegalArgumentException("no part listens for " + place.door());
      }
      welcomes.put(
          place, service.welcome(place.door(), place.address(), plan.settings(), generation));
    }
    Map<Place, Listener> fresh = new LinkedHashMap<>();
    try {
      welcomes.forEach(
          (place, welcome) -> {
            if (!open.containsKey(place)) {
              fresh.put(place, wire.listen(welcome.options(), welcome.sessions()));
            }
          });
      opened.run();
    } catch (RuntimeException | Error e) {
      fresh.values().forEach(Listener::close);
      throw e;
    }
    List<Place> gone = new ArrayList<>();
    open.forEach(
        (place, listener) -> {
          Welcome welcome = welcomes.get(place);
          if (welcome == null) {
            gone.add(place);
          } else {
            listener.become(welcome.options(), welcome.sessions());
          }
        });
    for (Place place : gone) {
      Listener listener = open.remove(place);
      if (listener != null) {
        listener.close();
      }
    }
    open.putAll(fresh);
  }

  private static Set<Place> wanted(Plan plan) {
    Set<Place> places = new LinkedHashSet<>();
    plan.ports()
        .forEach(
            (door, port) -> {
              for (InetAddress address : plan.addresses()) {
                places.add(new Place(door, new InetSocketAddress(address, port)));
              }
            });
    return places;
  }

  /** Where a door listens; with several addresses, at the first. */
  synchronized InetSocketAddress address(Door door) {
    return open.entrySet().stream()
        .filter(entry -> entry.getKey().door().equals(door))
        .map(entry -> entry.getValue().address())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no listener for " + door));
  }

  /** The doors that are open. */
  synchronized Set<Door> doors() {
    Set<Door> doors = new LinkedHashSet<>();
    open.keySet().forEach(place -> doors.add(place.door()));
    return doors;
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(Listener::close);
  }
}
