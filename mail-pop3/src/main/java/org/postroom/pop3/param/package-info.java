/** What the configuration says of POP3. */
package org.postroom.pop3.param;
