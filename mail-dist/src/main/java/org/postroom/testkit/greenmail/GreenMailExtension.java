package org.postroom.testkit.greenmail;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The same for JUnit 5, by {@code @RegisterExtension}: another server for each test, or, with
 * {@link #withPerMethodLifecycle}, one for the class that is reset before each. A static field is
 * needed for the latter.
 */
public final class GreenMailExtension extends GreenMail
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
  private boolean perMethod = true;

  /** All protocols, at the ports of {@link ServerSetupTest}. */
  public GreenMailExtension() {}

  /** These protocols. */
  public GreenMailExtension(ServerSetup... setups) {
    super(setups);
  }

  /** Whether each test has a server of its own. */
  public GreenMailExtension withPerMethodLifecycle(boolean other) {
    perMethod = other;
    return this;
  }

  /** Somebody who is there from the start. */
  public GreenMailExtension withUser(String login, String password) {
    return withUser(login, login, password);
  }

  /** The same with an address that is not his login. */
  public GreenMailExtension withUser(String email, String login, String password) {
    configure(email, login, password);
    return this;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (!perMethod) {
      start();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (perMethod || !isRunning()) {
      start();
    } else {
      reset();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (perMethod) {
      stop();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop();
  }
}
