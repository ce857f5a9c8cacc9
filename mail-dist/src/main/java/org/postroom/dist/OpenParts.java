package org.postroom.dist;

import java.util.List;
import java.util.Map;
import org.postroom.core.part.Door;
import org.postroom.core.part.Service;

/**
 * The parts at work in one server.
 *
 * @param all of them, those without a door, too
 * @param byDoor who receives clients at each door
 */
record OpenParts(List<Service> all, Map<Door, Service> byDoor) {
  OpenParts {
    all = List.copyOf(all);
    byDoor = Map.copyOf(byDoor);
  }
}
