/* SPDX-License-Identifier: MIT */
/*
 * region-writer.c REGION SPANS [open] - a guest for tests of the command line: a
 * process that maps a region file and writes spans to its first ring, with one
 * more left open if asked. It has two call sites, test:work and test:tick.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "thread-port.h"

VSPAN_SPAN(test, work, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_EVENT(test, tick, VSPAN_LEVEL_DEBUG, (u64, number));

int main(int argc, char **argv)
{
	struct vspan_error error = {0};
	struct vspan_region *region;
	unsigned long i, count;
	int fd;

	if (argc < 3)
		return 2;
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0 || vspan_region_open(fd, &region, &error) < 0) {
		fprintf(stderr, "%s: %s\n", argv[1], error.text);
		return 1;
	}
	close(fd);
	thread_port_attach(region);
	count = strtoul(argv[2], NULL, 10);
	for (i = 0; i < count; i++) {
		vspan_end(vspan_begin(test, work, i, "text"));
		vspan_event(test, tick, i);
	}
	if (argc > 3 && strcmp(argv[3], "open") == 0)
		vspan_begin(test, work, count, "left open");
	vspan_region_close(region);
	return 0;
}
