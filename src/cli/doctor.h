/* SPDX-License-Identifier: MIT */
/*
 * doctor.h - what vspan needs of this machine, looked at one by one. Each check
 * is a pure look: it starts nothing and changes nothing.
 */
#ifndef VSPAN_CLI_DOCTOR_H
#define VSPAN_CLI_DOCTOR_H

#define FINDING_TEXT 512

enum finding_kind {
	FINDING_GOOD,
	FINDING_LIMITED, /* works, but not everything or not well */
	FINDING_MISSING, /* vspan cannot do its work */
};

struct finding {
	enum finding_kind kind;
	const char *subject;       /* "kvm", "session daemon"... */
	char text[FINDING_TEXT];   /* what was found */
	char remedy[FINDING_TEXT]; /* what to do; empty if good */
};

/* A check fills *finding, subject included. */
typedef void (*doctor_check)(struct finding *finding);

/* All checks, in the order they are printed; the list ends with NULL. */
extern const doctor_check doctor_checks[];

/* For checks: what was found, in the style of printf; and what to do. */
void finding_found(struct finding *finding, enum finding_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_remedy(struct finding *finding, const char *text);

/* Checks of doctor-lttng.c and doctor-places.c. */
void doctor_check_daemon(struct finding *finding);
void doctor_check_permissions(struct finding *finding);
void doctor_check_variables(struct finding *finding);
void doctor_check_places(struct finding *finding);
void doctor_check_qemu(struct finding *finding);

/* Parts of checks on given text and paths, for tests. */
void doctor_cpu_flags(const char *cpuinfo, struct finding *finding);
void doctor_shared_memory(const char *path, struct finding *finding);
void doctor_plugin_path(const char *path, const char *installed, struct finding *finding);
void doctor_place(const char *directory, struct finding *finding);
void doctor_program(const char *path, const char *program, struct finding *finding);

#endif /* VSPAN_CLI_DOCTOR_H */
