package org.postroom.core.filter.check;

import java.util.List;
import org.postroom.core.config.Param;

/**
 * The parameters that name tables of header_checks(5).
 *
 * @param header for fields of a mail's header
 * @param mime for fields that say what a part is, and headers of parts
 * @param nested for headers of attached mails
 * @param body for lines behind headers
 */
public record CheckParams(
    Param<List<String>> header,
    Param<List<String>> mime,
    Param<List<String>> nested,
    Param<List<String>> body) {}
