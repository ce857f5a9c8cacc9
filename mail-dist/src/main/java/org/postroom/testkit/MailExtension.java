package org.postroom.testkit;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Starts the server for a class when its first test begins; JUnit's store closes it. Each test has
 * a view of its own, so that tests that run at the same time take no mail from each other.
 *
 * <p>{@link MailTest} brings it. Who wants what the annotation has no value for registers one:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final MailExtension MAIL = MailExtension.of(TestMail.with().port(Role.MX, 2525));
 * }</pre>
 */
public final class MailExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(MailExtension.class);

  /** Null where the annotation says how the server is to be. */
  private final @Nullable MailSetup setup;

  /** As {@link MailTest} has it. */
  public MailExtension() {
    this.setup = null;
  }

  private MailExtension(MailSetup setup) {
    this.setup = setup;
  }

  /** With a server as {@code setup} has it. */
  public static MailExtension of(MailSetup setup) {
    return new MailExtension(setup);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Running running = running(context);
    running.mail().forget(); // nobody looks through it: what only it would see is let go
    if (isAlone(context)) {
      running.forget();
      if (!running.isOfClass() && !isParallel(context)) {
        running.mail().reset(values(context).reset());
      }
    }
    View view = view(context);
    for (Object test : context.getRequiredTestInstances().getAllInstances()) {
      view.giveTo(test);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    View view = view(context);
    view.takeBack();
    String faults = view.mail().faults().told();
    if (context.getExecutionException().isPresent() && !faults.isEmpty()) {
      context.publishReportEntry("faults", faults);
    }
    // An application, and its server with it, may have been closed by now.
    if (isAlone(context) && view.running().isOfClass()) {
      view.running().mail().reset(values(context).reset());
    }
  }

  /** Whether tests of several classes may run at the same time. */
  private static boolean isParallel(ExtensionContext context) {
    return context
        .getConfigurationParameter("junit.jupiter.execution.parallel.enabled")
        .filter(Boolean::parseBoolean)
        .isPresent();
  }

  /** Whether no other test of the class runs at the same time. */
  private static boolean isAlone(ExtensionContext context) {
    return context.getExecutionMode() == ExecutionMode.SAME_THREAD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestMail.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (context.getTestMethod().isPresent()) {
      return view(context).mail();
    }
    if (values(context).perMethod()) {
      throw new ParameterResolutionException(
          "with perMethod there is a server for each test: a test method asks for it, or a field");
    }
    return running(context).ofClass();
  }

  /** The test's; what it sees begins with the first call. */
  private View view(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            "view of " + context.getUniqueId(),
            key -> {
              Running running = running(context);
              return new View(running, running.mail().view(), new ArrayList<>());
            },
            View.class);
  }

  /**
   * A test's view. Not the view itself: JUnit would close it after the test, and the server with
   * it.
   *
   * @param fields takes their values away again
   */
  private record View(Running running, TestMail mail, List<Runnable> fields) {

    /** To fields that are to be given one before each test, and not by the test itself. */
    void giveTo(Object test) {
      for (Field field :
          ReflectionSupport.findFields(
              test.getClass(),
              one -> one.getType() == TestMail.class && !Modifier.isStatic(one.getModifiers()),
              HierarchyTraversalMode.TOP_DOWN)) {
        if (!Modifier.isFinal(field.getModifiers())
            && field.trySetAccessible()
            && value(field, test) == null) {
          set(field, test, mail);
          fields.add(() -> set(field, test, null));
        }
      }
    }

    void takeBack() {
      fields.forEach(Runnable::run);
      fields.clear();
    }

    private static @Nullable Object value(Field field, Object test) {
      try {
        return field.get(test);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " cannot be read", e);
      }
    }

    private static void set(Field field, Object test, @Nullable TestMail value) {
      try {
        field.set(test, value);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " cannot be given a value", e);
      }
    }
  }

  /**
   * The server of a test: that of its application, its class's, or that of the class around it
   * whose values hold.
   */
  private Running running(ExtensionContext context) {
    ExtensionContext owner = owner(context);
    Optional<TestMail> applications =
        setup == null ? SpringContexts.mail(context) : Optional.empty();
    return owner
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            applications.<Object>map(mail -> mail).orElseGet(() -> serverOf(owner)),
            key ->
                applications
                    .map(mail -> new Running(mail, false, new CopyOnWriteArrayList<>()))
                    .orElseGet(() -> started(context)),
            Running.class);
  }

  private Running started(ExtensionContext context) {
    return new Running(
        (setup == null ? setup(values(context)) : setup).start(),
        true,
        new CopyOnWriteArrayList<>());
  }

  /** A key that no other extension has, and no context around that one. */
  private Object serverOf(ExtensionContext owner) {
    return List.of("server", owner.getUniqueId(), setup == null ? "annotated" : setup);
  }

  private ExtensionContext owner(ExtensionContext context) {
    if (values(context).perMethod()) {
      return context;
    }
    return said(context).orElseGet(() -> classOf(context));
  }

  /** What the annotation says. */
  static MailSetup setup(MailTest values) {
    MailSetup setup = TestMail.with().patience(Duration.ofSeconds(values.patience()));
    for (String account : values.accounts()) {
      int colon = account.indexOf(':', account.indexOf('@') + 1);
      setup.account(
          colon < 0 ? account : account.substring(0, colon),
          colon < 0 ? TestMail.PASSWORD : account.substring(colon + 1));
    }
    if (values.strict()) {
      setup.strict();
    }
    if (values.authInClear()) {
      setup.authInClear();
    }
    if (values.frozen()) {
      setup.frozen();
    }
    for (String line : values.settings()) {
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("\"" + line + "\" is no setting; expected name = value");
      }
      setup.set(line.substring(0, equals).trim(), line.substring(equals + 1).trim());
    }
    return setup;
  }

  /** The class whose annotation holds for a test: its own, or one around it. */
  private static Optional<ExtensionContext> said(ExtensionContext context) {
    Optional<ExtensionContext> at = Optional.of(context);
    while (at.isPresent() && annotation(at.get()).isEmpty()) {
      at = at.get().getParent();
    }
    return at;
  }

  private static Optional<MailTest> annotation(ExtensionContext context) {
    return context
        .getElement()
        .flatMap(element -> AnnotationSupport.findAnnotation(element, MailTest.class));
  }

  private static MailTest values(ExtensionContext context) {
    return said(context)
        .flatMap(MailExtension::annotation)
        .orElseGet(() -> Silent.class.getAnnotation(MailTest.class));
  }

  @MailTest
  private static final class Silent {}

  /** Between a test and its class there may be a template's context. */
  private static ExtensionContext classOf(ExtensionContext context) {
    ExtensionContext at = context;
    while (at.getTestMethod().isPresent() && at.getParent().isPresent()) {
      at = at.getParent().get();
    }
    return at;
  }

  /**
   * A server. JUnit closes what is in its store.
   *
   * @param isOfClass whether no other class has it, and it ends with this one
   * @param views those that constructors and methods before all tests were given
   */
  @SuppressWarnings("deprecation") // AutoCloseable is only closed by later versions
  private record Running(TestMail mail, boolean isOfClass, List<WeakReference<TestMail>> views)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    TestMail ofClass() {
      TestMail view = mail.view();
      views.removeIf(one -> one.get() == null);
      views.add(new WeakReference<>(view));
      return view;
    }

    /** A test begins: what came before is not seen by it, whichever view it looks through. */
    void forget() {
      for (WeakReference<TestMail> view : views) {
        TestMail looking = view.get();
        if (looking != null) {
          looking.forget();
        }
      }
    }

    @Override
    public void close() {
      if (isOfClass) {
        mail.close();
      }
    }
  }
}
