/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP listeners. */
#pragma once

#include "basics.h"
#include "layout.h"

/* The process that owns a listener, by the address of its socket: the owner of the connections it accepts. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct process_key);
} musubi_listeners SEC(".maps");

static __always_inline void note_listener(__u64 address, const struct edge_key *key)
{
	struct process_key process = { .pid = key->pid, .image = key->image };

	bpf_map_update_elem(&musubi_listeners, &address, &process, BPF_ANY);
}
