/** Timers, and the virtual clock that tests and the fixture advance by hand. */
package org.postroom.core.time;
