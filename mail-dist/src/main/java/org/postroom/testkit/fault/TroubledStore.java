package org.postroom.testkit.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/** Has a store fail when it is to: before it has begun what it was asked for. */
final class TroubledStore {
  private final Rules rules;

  TroubledStore(Rules rules) {
    this.rules = rules;
  }

  MailStore over(MailStore mail) {
    return over(MailStore.class, mail);
  }

  MailCommit over(MailCommit commit) {
    return over(MailCommit.class, commit);
  }

  /** Both have many methods, of which nothing is to be said here but what they are for. */
  private <T> T over(Class<T> seam, T real) {
    return seam.cast(
        Proxy.newProxyInstance(
            seam.getClassLoader(),
            new Class<?>[] {seam},
            (proxy, method, arguments) -> {
              fail(seam, method);
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private void fail(Class<?> seam, Method method) {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class
        || name.equals("newId")
        || name.equals("watch")) {
      return;
    }
    StoreWork work = seam == MailCommit.class ? StoreWork.ACCEPT : StoreWork.of(name);
    for (Rules.Armed one : rules.dueAt(work)) {
      one.happens("", name);
      throw one.fault.act() instanceof Act.Full
          ? new StorageFull("a test has it that there is no room")
          : new StorageUnavailable("a test has it that the store is unavailable");
    }
  }
}
