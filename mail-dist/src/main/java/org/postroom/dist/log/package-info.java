/** The launcher's log: Postfix's form or JSON, on standard error, in a file or for syslog. */
@NullMarked
package org.postroom.dist.log;

import org.jspecify.annotations.NullMarked;
