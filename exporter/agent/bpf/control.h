/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Control values from user space, and counters about this program itself. */
#pragma once

#include "basics.h"
#include "layout.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct control);
} musubi_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct health);
} musubi_health SEC(".maps");

static __always_inline void count_lost(void)
{
	struct health *health = lookup_first(&musubi_health);

	if (health)
		__sync_fetch_and_add(&health->lost, 1);
}

static __always_inline void count_folded(void)
{
	struct health *health = lookup_first(&musubi_health);

	if (health)
		__sync_fetch_and_add(&health->folded, 1);
}

static __always_inline void count_socket(void)
{
	struct health *health = lookup_first(&musubi_health);

	if (health)
		health->sockets++;
}
