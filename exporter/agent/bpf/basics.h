/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Shared helpers. */
#pragma once

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SECOND_NS 1000000000ull

static const __u32 FIRST = 0;

#define lookup_first(map) bpf_map_lookup_elem(map, &FIRST)

/*
 * A pointer as a plain number. The verifier rejects pointer arithmetic, but the result of an atomic add has no pointer
 * type.
 */
static __always_inline __u64 address_of(void *object)
{
	__u64 sum = 0;

	__sync_fetch_and_add(&sum, (__u64)object);
	return *(volatile __u64 *)&sum;
}

/* An untyped pointer to the kernel's own object, from which any field can be read. */
static __always_inline void *kernel_view(void *object)
{
	return (void *)address_of(object);
}
