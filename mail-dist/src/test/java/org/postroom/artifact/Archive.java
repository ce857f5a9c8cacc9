package org.postroom.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;

/** The archive that was built, and what its POM says must lie beside it. */
final class Archive {
  static final Path FILE = Path.of(System.getProperty("postroom.artifact", "is not built"));

  private Archive() {}

  /** The names of all that is in it, without folders. */
  static List<String> entries() throws IOException {
    try (JarFile jar = new JarFile(FILE.toFile())) {
      return jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName).toList();
    }
  }

  /** It, and what comes with it. */
  static List<Path> withDependencies() {
    assertThat(Files.exists(FILE)).as(FILE.toString()).isTrue();
    return List.of(FILE, placeOf(Logger.class), placeOf(NullMarked.class));
  }

  /**
   * An application that has it.
   *
   * @param own the classes of the application, which are read from the tests
   */
  static URLClassLoader application(Class<?>... own) throws MalformedURLException {
    List<String> names = List.of(own).stream().map(Class::getName).toList();
    URL[] places = new URL[withDependencies().size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = withDependencies().get(i).toUri().toURL();
    }
    return new URLClassLoader(places, ClassLoader.getPlatformClassLoader()) {
      @Override
      protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (names.stream().noneMatch(mine -> name.equals(mine) || name.startsWith(mine + "$"))) {
          return super.findClass(name);
        }
        String file = "/" + name.replace('.', '/') + ".class";
        try (var in = Archive.class.getResourceAsStream(file)) {
          byte[] octets = in.readAllBytes();
          return defineClass(name, octets, 0, octets.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    };
  }

  static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
