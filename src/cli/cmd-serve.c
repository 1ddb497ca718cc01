/* SPDX-License-Identifier: MIT */
/* cmd-serve.c - `vspan attach` in vspan-host: the daemon. */
#include "attach-options.h"
#include "cli.h"
#include "log.h"
#include "watcher.h"

/* A guest that comes while the session daemon hangs is traced when that goes on. */
static bool may_register(void *data)
{
	(void)data;
	return watcher_answered();
}

int cmd_serve(int argc, char **argv)
{
	struct attach_options options = {0};
	struct vspan_error error = {0};
	int ret = attach_options_read(&options, argc, argv);

	if (ret >= 0)
		return ret;
	if (attach_options_default(&options, &error) < 0) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	options.daemon.consumer.log = log_consumer;
	options.daemon.consumer.may_register = may_register;
	return daemon_run(&options.daemon);
}
