package org.postroom.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that come and go in one process, each with the archive. */
@Tag("artifact")
final class RedeployTest {
  private static final int PATIENCE_MILLIS = 100;
  private static final int TRIES = 200;

  @TempDir private Path temp;

  @Test
  void nothingOfUsIsLeftWhenAnApplicationHasGone() throws Exception {
    ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
    Reference<ClassLoader> application = comesAndGoes(gone);
    // The JVM holds the last record that was compared, written or hashed for the first time.
    assertThat(new Last("one").equals(new Last("two"))).isFalse();
    assertThat(new Last("one").toString()).isNotEqualTo("" + new Last("two").hashCode());

    boolean collected = false;
    for (int i = 0; i < TRIES && !collected; i++) {
      System.gc();
      collected = gone.remove(PATIENCE_MILLIS) == application;
    }
    assertThat(collected).isTrue();
  }

  private record Last(String word) {}

  private Reference<ClassLoader> comesAndGoes(ReferenceQueue<ClassLoader> gone) throws Exception {
    try (URLClassLoader loader = Archive.application(Tenant.class);
        AutoCloseable tenant = tenant(loader, temp)) {
      assertThat(ask(tenant, "submit")).hasSize(1);
      assertThat(ask(tenant, "count").get(0)).contains("MESSAGES 1");
      assertThat(ask(tenant, "fixture")).containsExactly("two");
      return new WeakReference<>(loader, gone);
    }
  }

  @Test
  void twoApplicationsAndWhoHasTheThinArchivesDoNotMeet() throws Exception {
    try (URLClassLoader first = Archive.application(Tenant.class);
        URLClassLoader second = Archive.application(Tenant.class);
        AutoCloseable one = tenant(first, temp.resolve("one"));
        AutoCloseable other = tenant(second, temp.resolve("other"));
        AutoCloseable thin = new Tenant(temp.resolve("thin"))) {
      for (AutoCloseable each : List.of(one, other, thin)) {
        assertThat(ask(each, "submit")).hasSize(1);
      }
      for (AutoCloseable each : List.of(thin, other, one)) {
        assertThat(ask(each, "count").get(0)).contains("MESSAGES 1");
        assertThat(ask(each, "fixture")).containsExactly("two");
      }
    }
  }

  @Test
  void theJvmHearsOfNoDriverAndNoProvider() throws Exception {
    try (URLClassLoader loader = Archive.application(Tenant.class);
        AutoCloseable tenant = tenant(loader, temp)) {
      ask(tenant, "submit");

      assertThat(ask(tenant, "drivers")).noneMatch(name -> name.contains("postroom"));
      assertThat(ask(tenant, "providers")).isEmpty();
    }
  }

  @Test
  void saysWhichDriverIsMissing() throws Exception {
    try (URLClassLoader loader = Archive.application(Tenant.class);
        AutoCloseable tenant = tenant(loader, temp)) {
      assertThat(ask(tenant, "postgres").get(0)).contains("org.postgresql:postgresql");
    }
  }

  /** H2 keeps names of its classes in its file, and they are others in the archive. */
  @Test
  void aFolderIsTheSameForTheServerAndForAnApplication() throws Exception {
    for (int messages = 1; messages <= 4; messages++) {
      boolean archive = messages % 2 == 0;
      try (URLClassLoader loader = Archive.application(Tenant.class);
          AutoCloseable tenant = archive ? tenant(loader, temp) : new Tenant(temp)) {
        assertThat(ask(tenant, "submit")).hasSize(1);
        assertThat(ask(tenant, "count").get(0)).contains("MESSAGES " + messages + ")");
      }
    }
  }

  private static AutoCloseable tenant(ClassLoader loader, Path folder) throws Exception {
    return (AutoCloseable)
        loader
            .loadClass(Tenant.class.getName())
            .getDeclaredConstructor(Path.class)
            .newInstance(folder);
  }

  @SuppressWarnings("unchecked") // a Tenant of some class loader
  private static List<String> ask(AutoCloseable tenant, String question) {
    return ((Function<String, List<String>>) tenant).apply(question);
  }
}
