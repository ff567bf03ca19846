/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Counters of each edge (dependency). */
#pragma once

#include "control.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct edge_key);
	__type(value, struct edge);
} musubi_edges SEC(".maps");

enum { FOLDS = 8 };

/* Overflow records for edges that do not fit into `musubi_edges`, by transport and direction. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOLDS);
	__type(key, __u32);
	__type(value, struct edge);
} musubi_folds SEC(".maps");

/* An overflow record has no namespace, so edges of others must not get there. */
static __always_inline bool is_counted(const struct edge_key *key)
{
	struct control *control = lookup_first(&musubi_control);

	return !control || !control->netns || control->netns == key->netns;
}

/*
 * The record of an edge, created if missing; none for a namespace that is not counted. If the table is full, the key is
 * folded, and later counts go to the same overflow record.
 */
static __always_inline struct edge *edge_of(struct edge_key *key)
{
	struct edge *edge;

	if (!is_counted(key))
		return NULL;
	if (!key->folded) {
		edge = bpf_map_lookup_elem(&musubi_edges, key);
		if (edge)
			return edge;

		struct edge fresh = { .created = bpf_ktime_get_ns() };

		bpf_map_update_elem(&musubi_edges, key, &fresh, BPF_NOEXIST);
		edge = bpf_map_lookup_elem(&musubi_edges, key);
		if (edge)
			return edge;
		key->folded = 1;
		count_folded();
	}

	__u32 index = ((key->transport == IPPROTO_UDP) << 2 | key->direction) & (FOLDS - 1);

	return bpf_map_lookup_elem(&musubi_folds, &index);
}
