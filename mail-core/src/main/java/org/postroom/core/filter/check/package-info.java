/** The station where filters look into mails, and the house's own: header_checks and the like. */
package org.postroom.core.filter.check;
