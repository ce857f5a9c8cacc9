/**
 * What looks into a mail before it is anybody's: filters, and the station that asks them. {@code
 * StandardFilters} has one row for each filter of the house.
 */
package org.postroom.core.filter;
