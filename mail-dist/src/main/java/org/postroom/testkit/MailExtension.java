package org.postroom.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the server for a class when its first test begins; JUnit's store closes it. Each test has
 * a view of its own, so that tests that run at the same time take no mail from each other.
 */
public final class MailExtension implements BeforeEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(MailExtension.class);

  /** For JUnit. */
  public MailExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    running(context).forget();
    TestMail unused = view(context);
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
  private static TestMail view(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            View.class, type -> new View(running(context).mail().view()), View.class)
        .mail();
  }

  /** Not the view itself: JUnit would close it after the test, and the server with it. */
  private record View(TestMail mail) {}

  private static Running running(ExtensionContext context) {
    return classOf(context)
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            Running.class,
            type -> new Running(TestMail.start(), new CopyOnWriteArrayList<>()),
            Running.class);
  }

  private static ExtensionContext classOf(ExtensionContext context) {
    return context.getTestMethod().isPresent() ? context.getParent().orElse(context) : context;
  }

  /**
   * The class's server. JUnit closes what is in its store.
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
      views.forEach(TestMail::forget);
    }

    @Override
    public void close() {
      mail.close();
    }
  }
}
