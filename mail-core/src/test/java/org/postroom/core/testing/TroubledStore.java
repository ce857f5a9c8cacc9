package org.postroom.core.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageUnavailable;

/** Stores to which something happens: the real one, but for one place. */
public final class TroubledStore {
  private TroubledStore() {}

  /** Something happens right before a method is called. */
  public static UnaryOperator<MailStore> before(String method, Runnable happens) {
    return store ->
        proxy(
            MailStore.class,
            (invoked, arguments) -> {
              if (invoked.getName().equals(method)) {
                happens.run();
              }
              return invoked.invoke(store, arguments);
            });
  }

  /** The same for a queue. */
  public static UnaryOperator<QueueStore> beforeInQueue(String method, Runnable happens) {
    return store ->
        proxy(
            QueueStore.class,
            (invoked, arguments) -> {
              if (invoked.getName().equals(method)) {
                happens.run();
              }
              return invoked.invoke(store, arguments);
            });
  }

  /** Something happens right after a method has done its work. */
  public static UnaryOperator<QueueStore> afterInQueue(String method, Runnable happens) {
    return store ->
        proxy(
            QueueStore.class,
            (invoked, arguments) -> {
              Object result = invoked.invoke(store, arguments);
              if (invoked.getName().equals(method)) {
                happens.run();
              }
              return result;
            });
  }

  /** The bodies of mails in the queue that {@code damaged} names can never be read. */
  public static UnaryOperator<QueueStore> damagedInQueue(Predicate<QueuedMail> damaged) {
    return readingInQueue(
        damaged, Fault.of(() -> new ContentDamaged("the test's body is damaged")).begin());
  }

  /** Something happens before a body of the mails in the queue that {@code some} names is read. */
  public static UnaryOperator<QueueStore> readingInQueue(
      Predicate<QueuedMail> some, Runnable happens) {
    UnaryOperator<QueuedMail> heard = mail -> some.test(mail) ? read(mail, happens) : mail;
    return store ->
        proxy(
            QueueStore.class,
            (invoked, arguments) -> {
              if (invoked.getName().equals("serve")) {
                QueueStore.Scheduler scheduler = (QueueStore.Scheduler) arguments[0];
                store.serve(filling(scheduler, (place, mail) -> place.fill(heard.apply(mail))));
                return null;
              }
              Object result = invoked.invoke(store, arguments);
              return invoked.getName().equals("lease")
                  ? ((List<?>) result).stream().map(QueuedMail.class::cast).map(heard).toList()
                  : result;
            });
  }

  /**
   * Mails that come in are leased, and the store does not say so, as long as {@code silent} says.
   */
  public static UnaryOperator<QueueStore> leasingUnheard(BooleanSupplier silent) {
    return store ->
        proxy(
            QueueStore.class,
            (invoked, arguments) -> {
              if (!invoked.getName().equals("serve")) {
                return invoked.invoke(store, arguments);
              }
              QueueStore.Scheduler scheduler = (QueueStore.Scheduler) arguments[0];
              store.serve(
                  filling(
                      scheduler,
                      (place, mail) -> {
                        if (silent.getAsBoolean()) {
                          place.giveUp(true);
                        } else {
                          place.fill(mail);
                        }
                      }));
              return null;
            });
  }

  /**
   * Mails that come in are leased, and who has their places hears so right before the first lease
   * after {@code since}, which has begun before.
   */
  public static UnaryOperator<QueueStore> heardDuringALease(Instant since) {
    Queue<Runnable> late = new ConcurrentLinkedQueue<>();
    return store ->
        proxy(
            QueueStore.class,
            (invoked, arguments) -> {
              if (invoked.getName().equals("serve")) {
                QueueStore.Scheduler scheduler = (QueueStore.Scheduler) arguments[0];
                store.serve(filling(scheduler, (place, mail) -> late.add(() -> place.fill(mail))));
                return null;
              }
              if (invoked.getName().equals("lease") && ((Instant) arguments[1]).isAfter(since)) {
                for (Runnable one = late.poll(); one != null; one = late.poll()) {
                  one.run();
                }
              }
              return invoked.invoke(store, arguments);
            });
  }

  /** A scheduler whose places are filled in another way. */
  private static QueueStore.Scheduler filling(
      QueueStore.Scheduler scheduler, BiConsumer<QueueStore.Place, QueuedMail> fill) {
    return destination ->
        scheduler
            .place(destination)
            .map(
                place ->
                    proxy(
                        QueueStore.Place.class,
                        (invoked, arguments) -> {
                          if (!invoked.getName().equals("fill")) {
                            return invoked.invoke(place, arguments);
                          }
                          fill.accept(place, (QueuedMail) arguments[0]);
                          return null;
                        }));
  }

  private static QueuedMail read(QueuedMail mail, Runnable happens) {
    Content heard =
        heard(
            mail.content(),
            position -> {
              happens.run();
              return position;
            });
    return new QueuedMail(
        mail.id(),
        mail.sender(),
        mail.traits(),
        heard,
        mail.arrived(),
        mail.origin(),
        mail.destination(),
        mail.recipients());
  }

  /** Something happens before each message is shown. */
  public static UnaryOperator<MailStore> beforeRows(Consumer<MessageRow> happens) {
    return rows(
        row -> {
          happens.accept(row);
          return row;
        });
  }

  /**
   * Each message is shown again and again, until whoever looks at it throws.
   *
   * @param shown happens before each time
   * @param end hears what was thrown
   */
  public static UnaryOperator<MailStore> endless(Runnable shown, Consumer<RuntimeException> end) {
    return visited(
        visitor ->
            row -> {
              try {
                while (true) {
                  shown.run();
                  visitor.accept(row);
                }
              } catch (RuntimeException e) {
                end.accept(e);
                throw e;
              }
            });
  }

  /**
   * Content is read through {@code from}: it is given the position and the UID, and may throw.
   *
   * @param from hears of the position of each read
   */
  public static UnaryOperator<MailStore> reading(LongFunction<LongUnaryOperator> from) {
    return rows(
        row ->
            proxy(
                MessageRow.class,
                (method, arguments) ->
                    method.getName().equals("content")
                        ? row.content().map(octets -> heard(octets, from.apply(row.uid())))
                        : method.invoke(row, arguments)));
  }

  /** Content cannot be read any more from {@code end} on. */
  public static UnaryOperator<MailStore> tornAt(long end) {
    return reading(
        uid ->
            position -> {
              if (position >= end) {
                throw new StorageUnavailable("the test's disk is gone");
              }
              return position;
            });
  }

  private static Content heard(Content content, LongUnaryOperator from) {
    return new Content() {
      @Override
      public long size() {
        return content.size();
      }

      @Override
      public int read(long position, ByteBuffer target) {
        return content.read(from.applyAsLong(position), target);
      }
    };
  }

  private static UnaryOperator<MailStore> rows(UnaryOperator<MessageRow> change) {
    return visited(visitor -> row -> visitor.accept(change.apply(row)));
  }

  private static UnaryOperator<MailStore> visited(UnaryOperator<Consumer<MessageRow>> change) {
    return store ->
        proxy(
            MailStore.class,
            (invoked, arguments) -> {
              if (invoked.getName().equals("read")) {
                @SuppressWarnings("unchecked")
                Consumer<MessageRow> visitor = (Consumer<MessageRow>) arguments[3];
                arguments[3] = change.apply(visitor);
              }
              return invoked.invoke(store, arguments);
            });
  }

  private interface Invocation {
    @Nullable Object of(Method method, Object[] arguments) throws ReflectiveOperationException;
  }

  private static <T> T proxy(Class<T> type, Invocation invocation) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return invocation.of(method, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
