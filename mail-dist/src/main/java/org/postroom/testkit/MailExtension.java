package org.postroom.testkit;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the server for a class when its first test begins; JUnit's store closes it. */
public final class MailExtension implements BeforeEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(MailExtension.class);

  /** For JUnit. */
  public MailExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    mail(context).forget();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestMail.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return mail(context);
  }

  private static TestMail mail(ExtensionContext context) {
    return classOf(context)
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(TestMail.class, type -> new Running(TestMail.start()), Running.class)
        .mail();
  }

  private static ExtensionContext classOf(ExtensionContext context) {
    return context.getTestMethod().isPresent() ? context.getParent().orElse(context) : context;
  }

  /** JUnit closes what is in its store. */
  @SuppressWarnings("deprecation") // AutoCloseable is only closed by later versions
  private record Running(TestMail mail)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    @Override
    public void close() {
      mail.close();
    }
  }
}
