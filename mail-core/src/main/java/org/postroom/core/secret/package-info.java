/** What must never be shown: passwords and tokens, in configuration as on their way. */
package org.postroom.core.secret;
