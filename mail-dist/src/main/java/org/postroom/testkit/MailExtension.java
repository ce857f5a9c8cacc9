package org.postroom.testkit;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
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
    running(context).forget();
    TestMail view = view(context);
    for (Object test : context.getRequiredTestInstances().getAllInstances()) {
      give(test, view);
    }
  }

  /** To fields that are to be given one before each test, and not by the test itself. */
  private static void give(Object test, TestMail view) {
    for (Field field :
        ReflectionSupport.findFields(
            test.getClass(),
            one -> one.getType() == TestMail.class && !Modifier.isStatic(one.getModifiers()),
            HierarchyTraversalMode.TOP_DOWN)) {
      try {
        if (!Modifier.isFinal(field.getModifiers())
            && field.trySetAccessible()
            && field.get(test) == null) {
          field.set(test, view);
        }
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " cannot be given a value", e);
      }
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionMode() == ExecutionMode.SAME_THREAD) {
      running(context).mail().reset(values(context).reset());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestMail.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getTestMethod().isPresent() ? view(context) : running(context).ofClass();
  }

  /** The test's; what it sees begins with the first call. */
  private TestMail view(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            View.class, type -> new View(running(context).mail().view()), View.class)
        .mail();
  }

  /** Not the view itself: JUnit would close it after the test, and the server with it. */
  private record View(TestMail mail) {}

  private Running running(ExtensionContext context) {
    MailTest values = values(context);
    return (values.perMethod() ? context : classOf(context))
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            Running.class,
            type ->
                new Running(
                    (setup == null ? setup(values) : setup).start(), new CopyOnWriteArrayList<>()),
            Running.class);
  }

  private static MailSetup setup(MailTest values) {
    MailSetup setup = TestMail.with().patience(Duration.ofSeconds(values.patience()));
    for (String account : values.accounts()) {
      int colon = account.indexOf(':', account.lastIndexOf('@') + 1);
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

  /** Those of the class, or of the one around it; else as they are without a word. */
  private static MailTest values(ExtensionContext context) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      Optional<MailTest> found =
          at.get()
              .getElement()
              .flatMap(element -> AnnotationSupport.findAnnotation(element, MailTest.class));
      if (found.isPresent()) {
        return found.get();
      }
    }
    return Silent.class.getAnnotation(MailTest.class);
  }

  @MailTest
  private static final class Silent {}

  private static ExtensionContext classOf(ExtensionContext context) {
    return context.getTestMethod().isPresent() ? context.getParent().orElse(context) : context;
  }

  /**
   * A server. JUnit closes what is in its store.
   *
   * @param views those that constructors and methods before all tests were given
   */
  @SuppressWarnings("deprecation") // AutoCloseable is only closed by later versions
  private record Running(TestMail mail, List<TestMail> views)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {

    TestMail ofClass() {
      TestMail view = mail.view();
      views.add(view);
      return view;
    }

    /** A test begins: what came before is not seen by it, whichever view it looks through. */
    void forget() {
      mail.forget();
      views.forEach(TestMail::forget);
    }

    @Override
    public void close() {
      mail.close();
    }
  }
}
