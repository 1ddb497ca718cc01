/* SPDX-License-Identifier: MIT */
/*
 * notice.h - what a consumer tells its user: a line through its attachment's
 * log function, and the event vspan:notice. From any thread of the consumer.
 */
#ifndef VSPAN_ASSEMBLY_NOTICE_H
#define VSPAN_ASSEMBLY_NOTICE_H

#include "attachment.h"

/* `level` as in syslog(3). About that region. */
void notice(const struct vspan_attachment *attachment, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VSPAN_ASSEMBLY_NOTICE_H */
