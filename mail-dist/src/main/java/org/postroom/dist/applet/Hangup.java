package org.postroom.dist.applet;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process does at SIGHUP, at which a JVM would end. The JDK's class for signals is not one
 * that programs are compiled against; where it is not there, nothing is changed.
 */
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** Has {@code action} run at each SIGHUP, on a thread of its own. */
  static void on(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler calls =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  action.run();
                  yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "postroom's SIGHUP";
              };
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("HUP"),
              Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, calls));
    } catch (ReflectiveOperationException e) {
      LOG.warn("SIGHUP ends the server: this JVM does not let it be caught ({})", e.toString());
    }
  }
}
