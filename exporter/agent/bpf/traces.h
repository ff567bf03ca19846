/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Outcomes of single connections, recorded only while user space requests them. */
#pragma once

#include "conns.h"

/* Used where addresses are translated (NAT): connections of one edge may then have different remote endpoints. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct conn_tuple);
	__type(value, struct trace);
} musubi_traces SEC(".maps");

static __always_inline bool is_tracing(void)
{
	struct control *control = lookup_first(&musubi_control);

	return control && control->tracing;
}

static __always_inline void write_trace(const struct edge_key *key, __u16 local_port, __u16 peer_port,
					struct trace *trace)
{
	struct conn_tuple tuple = {
		.local_port = local_port,
		.peer_port = peer_port,
		.transport = key->transport,
		.direction = key->direction,
	};

	tuple.local = key->local;
	tuple.remote = key->remote;
	trace->netns = key->netns;
	trace->pid = key->pid;
	trace->image = key->image;
	bpf_map_update_elem(&musubi_traces, &tuple, trace, BPF_ANY);
}

static __always_inline void trace_conn(struct conn *conn, __u8 state, __u8 failure)
{
	struct trace trace = { .state = state, .failure = failure, .counted = conn->counted };

	if (!is_tracing())
		return;
	conn->traced = 1;
	write_trace(&conn->key, conn->local_port, conn->peer_port, &trace);
}
