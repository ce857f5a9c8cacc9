package org.postroom.dist;

import java.nio.file.Path;
import org.postroom.core.door.Door;

/** A door, and where it is to be. */
sealed interface Wanted {

  Door door();

  /** At a port of the addresses that are listened to; 0 takes a free one. */
  record AtPort(Door door, int port) implements Wanted {}

  /** At a socket in the file system; the path is a whole one. */
  record AtSocket(Door door, Path path) implements Wanted {}
}
