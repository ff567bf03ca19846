/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Who listens for TCP connections. */
#pragma once

#include "basics.h"
#include "layout.h"

/* Whose the connections are that come through a listener, by its address. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct process_key);
} musubi_listening SEC(".maps");

static __always_inline void note_listener(__u64 address, const struct edge_key *key)
{
	struct process_key process = { .pid = key->pid, .image = key->image };

	bpf_map_update_elem(&musubi_listening, &address, &process, BPF_ANY);
}
