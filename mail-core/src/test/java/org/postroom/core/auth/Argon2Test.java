package org.postroom.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.secret.Secret;

@Tag("seconds")
class Argon2Test {
  private final Argon2 argon2 = new Argon2(Argon2.Cost.CHEAP, 2, new SecureRandom());

  @Test
  void verifiesAHashOfTheReferenceImplementation() {
    // phc-winner-argon2, test.c: version 0x13, t=2, m=2^16, p=1, "password", "somesalt".
    String known =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
            + "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    assertThat(argon2.verify(Secret.of("password"), known)).isTrue();
    assertThat(argon2.verify(Secret.of("passwore"), known)).isFalse();
  }

  @Test
  void verifiesWhatItHashed() {
    String hash = argon2.hash(Secret.of("geheim"));

    assertThat(hash).startsWith("$argon2id$v=19$m=64,t=1,p=1$");
    assertThat(argon2.verify(Secret.of("geheim"), hash)).isTrue();
    assertThat(argon2.verify(Secret.of("Geheim"), hash)).isFalse();
    assertThat(argon2.hash(Secret.of("geheim"))).isNotEqualTo(hash);
    assertThat(argon2.isOutdated(hash)).isFalse();
    assertThat(argon2.isOutdated(hash.replace("m=64", "m=128"))).isTrue();
  }

  @Test
  void oneHashLeavesItsMemoryToTheNext() {
    Argon2 argon2 = new Argon2(new Argon2.Cost(8192, 1, 1), 2, new SecureRandom());
    String hash = argon2.hash(Secret.of("geheim"));
    String costly = hash.replace("m=8192", "m=9000");
    argon2.verify(Secret.of("geheim"), costly);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

    for (int i = 0; i < 10; i++) {
      assertThat(argon2.verify(Secret.of("geheim"), hash)).isTrue();
      assertThat(argon2.verify(Secret.of("Geheim"), hash)).isFalse();
    }

    // 20 hashes of 8 MiB each.
    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(allocated).isLessThan(20L << 20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "geheim",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        "$argon2id$v=19$m=9999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        "$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
      })
  void isNoMatchForWhatIsNoHash(String text) {
    assertThat(argon2.verify(Secret.of("geheim"), text)).isFalse();
  }
}
