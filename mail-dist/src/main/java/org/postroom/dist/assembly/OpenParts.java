package org.postroom.dist.assembly;

import java.util.List;
import java.util.Map;
import org.postroom.core.door.Door;
import org.postroom.core.part.Service;

/**
 * The parts at work in one server.
 *
 * @param all of them, those without a door, too
 * @param byDoor who receives clients at each door
 */
public record OpenParts(List<Service> all, Map<Door, Service> byDoor) {
  public OpenParts {
    all = List.copyOf(all);
    byDoor = Map.copyOf(byDoor);
  }
}
