/* SPDX-License-Identifier: MIT */
/*
 * trace-context.c - W3C trace context in its text form (Trace Context level 1,
 * 3.2 "traceparent"), for those who embed a VMM.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vspan/host.h>

/* "00-" 32 digits "-" 16 digits "-" 2 digits */
#define LENGTH (VSPAN_TRACEPARENT_SIZE - 1)

/* `digits` lower-case hexadecimal digits; false: something else stands there. */
static bool hex_read(const char *text, uint32_t digits, uint64_t *value)
{
	uint32_t i;

	*value = 0;
	for (i = 0; i < digits; i++) {
		uint64_t digit;

		if (text[i] >= '0' && text[i] <= '9')
			digit = (uint64_t)(text[i] - '0');
		else if (text[i] >= 'a' && text[i] <= 'f')
			digit = (uint64_t)(text[i] - 'a') + 10;
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

/* Later versions may append "-..." to what version 00 has; ff is no version. */
static bool version_fits(const char *text, uint64_t version)
{
	return version != 0xff && (text[LENGTH] == '\0' || (version > 0 && text[LENGTH] == '-'));
}

int vspan_trace_context_parse(const char *traceparent, struct vspan_trace_context *out)
{
	uint64_t version, flags;

	if (strnlen(traceparent, LENGTH) != LENGTH || traceparent[2] != '-' ||
		traceparent[35] != '-' || traceparent[52] != '-' ||
		!hex_read(traceparent, 2, &version) || !version_fits(traceparent, version) ||
		!hex_read(traceparent + 3, 16, &out->trace_id[0]) ||
		!hex_read(traceparent + 19, 16, &out->trace_id[1]) ||
		!hex_read(traceparent + 36, 16, &out->span_id) ||
		!hex_read(traceparent + 53, 2, &flags))
		return -EINVAL;
	out->flags = (uint32_t)flags;
	if ((out->trace_id[0] | out->trace_id[1]) == 0 || out->span_id == 0)
		return -EINVAL;
	return 0;
}

void vspan_trace_context_format(
	const struct vspan_trace_context *context, char out[VSPAN_TRACEPARENT_SIZE])
{
	snprintf(out, VSPAN_TRACEPARENT_SIZE, "00-%016" PRIx64 "%016" PRIx64 "-%016" PRIx64 "-%02x",
		context->trace_id[0], context->trace_id[1], context->span_id,
		context->flags & 0xffu);
}
