/** Every operator-visible log line, one method each. */
package org.postroom.core.log;
