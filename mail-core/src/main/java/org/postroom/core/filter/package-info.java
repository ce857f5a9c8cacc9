/** Looking into mails before they are anybody's, for who writes filters of his own. */
package org.postroom.core.filter;
