/** What postmap(1), postalias(1) and newaliases(1) do with the texts of tables. */
package org.postroom.dist.applet.postmap;
