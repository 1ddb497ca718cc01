/* SPDX-License-Identifier: MIT */
/* cmd-attach.c - `vspan attach`: gives regions to a daemon, a running one or vspan-host. */
#include "attach-options.h"
#include "cli.h"
#include "handover.h"

int cmd_attach(int argc, char **argv)
{
	struct attach_options options = {0};
	int ret = attach_options_read(&options, argc, argv);

	if (ret >= 0)
		return ret;
	if (options.to == NULL)
		return cmd_host(argc, argv);
	return handover(
		options.to, options.clock, options.daemon.region_count, options.daemon.regions);
}
