/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The environment variables by which a process names its service in its own telemetry (OpenTelemetry SDK). */
#pragma once

#include "basics.h"
#include "layout.h"

/* An environment is read in chunks. Long variables have several; hence up to 6 KB, and 96 variables. */
enum { CHUNK_BITS = 6, CHUNK = 1 << CHUNK_BITS, CHUNKS = 96 };

static __always_inline __u64 word_of(const char *text)
{
	__u64 word;

	__builtin_memcpy(&word, text, sizeof(word));
	return word;
}

/*
 * Zero if a text starts with the name. Numbers instead of conditions, since the verifier follows both ways of each in
 * every chunk. Bytes behind the end of the text do not matter.
 */
static __always_inline __u64 differs_from_service_name(const __u64 *words)
{
	return (words[0] ^ word_of("OTEL_SER")) | (words[1] ^ word_of("VICE_NAM")) |
	       ((words[2] ^ word_of("E=\0\0\0\0\0")) & 0xffff);
}

static __always_inline __u64 differs_from_resource_attributes(const __u64 *words)
{
	return (words[0] ^ word_of("OTEL_RES")) | (words[1] ^ word_of("OURCE_AT")) | (words[2] ^ word_of("TRIBUTES")) |
	       ((words[3] ^ '=') & 0xff);
}

/* Copies one variable; nothing if it does not fit, since a part of a name is another name. */
static __always_inline void copy_variable(struct process *process, unsigned long at)
{
	long length = bpf_probe_read_user_str(process->environment, sizeof(process->environment), (void *)at);

	if (length <= 0 || length >= (long)sizeof(process->environment))
		process->environment[0] = 0;
}

/* Searches the environment for OTEL_SERVICE_NAME, unless that is empty, or else OTEL_RESOURCE_ATTRIBUTES. */
static __noinline int read_environment(struct process *process, unsigned long at, unsigned long end)
{
	__u64 continues = 0; /* 1 if the chunk is not the first of its variable */

	for (__u32 i = 0; i < CHUNKS && at < end; i++) {
		__u64 chunk[CHUNK / sizeof(__u64)];
		long length = bpf_probe_read_user_str(chunk, sizeof(chunk), (void *)at);

		if (length <= 0)
			return 0;
		if (!(continues | differs_from_service_name(chunk))) {
			if (length > (long)sizeof("OTEL_SERVICE_NAME=")) {
				copy_variable(process, at);
				return 0;
			}
		} else if (!(continues | differs_from_resource_attributes(chunk))) {
			copy_variable(process, at);
		}
		/* A full chunk ends in a zero that is not in the environment. */
		continues = (__u64)length >> CHUNK_BITS;
		at += length - continues;
	}
	return 0;
}
